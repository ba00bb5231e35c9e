import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { arch } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { reaperFile } from "../../../src/container/reaper/reaper.ts"

// What runs is machine code, the same whichever runtime has written it; Deno starts it otherwise than is asked for here.
describe.skipIf("Deno" in globalThis)("the first process", () => {
  let directory = ""
  const program = () => join(directory, "init")
  const run = (command: string, ...argv: ReadonlyArray<string>) =>
    spawnSync(program(), ["--", ...argv], {
      env: { A: "1", GANTRY_COMMAND: command },
      encoding: "utf8"
    })

  beforeAll(() => {
    directory = mkdtempSync("/tmp/gantry-reaper-")
    writeFileSync(program(), reaperFile(arch() === "arm64" ? "arm64" : "x64"), { mode: 0o755 })
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  it("gives the command its words as they are and its environment without the variable for itself", () => {
    const { status, stdout } = run(
      "/bin/sh",
      "called",
      "-c",
      'echo "$0 $A ${GANTRY_COMMAND-none} $#"',
      "zero",
      "one two"
    )
    expect([status, stdout]).toEqual([0, "zero 1 none 1\n"])
  })

  it("ends with the command's code, and with 128 and the signal when that has ended it", () => {
    expect(run("/bin/sh", "sh", "-c", "exit 255").status).toBe(255)
    expect(run("/bin/sh", "sh", "-c", "kill -KILL $$").status).toBe(137)
    expect(run("/bin/sh", "sh", "-c", "kill -SEGV $$").status).toBe(139)
  })

  it("ends with 127 for a command that is not there and 126 for one that cannot be executed, and says so", () => {
    expect(run("/no/such", "such")).toMatchObject({ status: 127, stderr: "init: the command cannot be executed\n" })
    expect(run("/etc/passwd", "passwd")).toMatchObject({
      status: 126,
      stderr: "init: the command cannot be executed\n"
    })
  })

  it("passes signals on, and the command starts with none of them held back", async () => {
    const child = spawn(
      program(),
      ["--", "sh", "-c", 'trap "echo usr1" USR1; trap "exit 9" TERM; echo up; while :; do sleep 0.02; done'],
      {
        env: { PATH: process.env["PATH"], GANTRY_COMMAND: "/bin/sh" }
      }
    )
    let text = ""
    const heard = (word: string) =>
      new Promise<void>((resolve) =>
        child.stdout.on("data", () => {
          if (text.includes(word)) resolve()
        })
      )
    child.stdout.on("data", (piece: Buffer) => (text += piece.toString()))
    await heard("up")
    child.kill("SIGUSR1")
    await heard("usr1")
    child.kill("SIGTERM")
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(9)
    expect(text).toBe("up\nusr1\n")
  })

  it("reaps what is left to it while the command goes on", () => {
    // The grandchild is left to the first process and ends; its entry below /proc goes when somebody has reaped it.
    const script =
      'orphan=$(sh -c "sleep 0.01 >/dev/null & echo \\$!"); while [ -e /proc/$orphan ]; do sleep 0.01; done; echo gone'
    const { status, stdout } = spawnSync(program(), ["--", "sh", "-c", script], {
      env: { PATH: process.env["PATH"], GANTRY_COMMAND: "/bin/sh" },
      encoding: "utf8",
      timeout: 10_000
    })
    expect([status, stdout]).toEqual([0, "gone\n"])
  })

  it("is an executable file of both machines that ends where its code does", () => {
    for (const [machine, number] of [
      ["x64", 62],
      ["arm64", 183]
    ] as const) {
      const file = Buffer.from(reaperFile(machine))
      expect(file.readUInt16LE(18)).toBe(number)
      expect(file.length).toBeLessThan(1200)
      expect(file.subarray(-40).toString()).toContain("init: the command cannot be executed\n")
    }
    expect(readFileSync(program()).subarray(1, 4).toString()).toBe("ELF")
  })
})
