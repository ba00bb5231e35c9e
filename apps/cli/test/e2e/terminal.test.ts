import { describe, expect, it } from "vitest"
import { useGantryBy } from "./host/gantry.ts"
import { everyRuntime } from "./host/oci-runtimes.ts"
import { inTerminal } from "./host/terminal.ts"
import { until } from "./host/until.ts"

describe.each(everyRuntime)("a container in a terminal, made by %s", (runtime) => {
  const gantry = useGantryBy(runtime)

  it("has a shell that answers, and ends with its status", async () => {
    const shell = inTerminal(gantry, "run", "--rm", "-it", "base", "sh")
    await shell.says(/# /)
    shell.write("echo $((6 * 7)); id -u\r")
    await shell.says(/42\s+0\s/)
    shell.write("exit 4\r")
    expect((await shell.ended).status).toBe(4)
  })

  it("hands the terminal over raw: lines end once, and keys are not shown twice", async () => {
    const run = inTerminal(
      gantry,
      "run",
      "--rm",
      "-it",
      "base",
      "sh",
      "-c",
      'stty -echo; echo ready; read line; echo "<$line>"'
    )
    await run.says(/ready/)
    run.write("typed\r")
    expect((await run.ended).stdout).toBe("ready\r\n<typed>\r\n")
  })

  it("knows the size of the window, and hears when it changes", async () => {
    const run = inTerminal(
      gantry,
      "run",
      "--rm",
      "-it",
      "base",
      "sh",
      "-c",
      "trap 'stty size' WINCH; echo ready; while :; do sleep 1 & wait $!; done"
    )
    await run.says(/ready/)
    await run.resize(91, 37)
    await run.says(/37 91/)
    await run.resize(100, 40)
    await run.says(/40 100/)
    run.write("\x03")
    expect((await run.ended).status).not.toBe(0)
    const told = await gantry.ok("events", "--since", "1m", "--until", "0s", "--filter", "event=resize")
    expect(told).toMatch(
      /container resize \w+ \(height=37, image=base, name=\w+, width=91\)\n[^]*\(height=40, .*width=100\)$/
    )
  })

  it("gives Ctrl-C to the command, not to the program around it", async () => {
    const run = inTerminal(
      gantry,
      "run",
      "--rm",
      "-it",
      "base",
      "sh",
      "-c",
      "trap 'echo caught; exit 8' INT; echo ready; while :; do sleep 1 & wait $!; done"
    )
    await run.says(/ready/)
    run.write("\x03")
    await run.says(/caught/)
    expect((await run.ended).status).toBe(8)
  })

  it("goes on when the user detaches, and can be stopped later", async () => {
    const run = inTerminal(gantry, "run", "-it", "--name", "left", "base", "sh")
    await run.says(/# /)
    run.write("\x10\x11")
    expect((await run.ended).status).toBe(0)
    expect(await gantry.field("left", "{{.State.Status}}")).toBe("running")
    await gantry.ok("kill", "left")
    await until("its end", async () => (await gantry.field("left", "{{.State.Status}}")) === "exited")
  })

  it("has the first of the keys that detach when no other follows: Ctrl-P is the line before", async () => {
    const shell = inTerminal(gantry, "run", "--rm", "-it", "base", "sh")
    await shell.says(/# /)
    shell.write("echo $((6 * 7))\r")
    await shell.says(/42\s+\/ # /)
    shell.write("\x10")
    await shell.says(/42\s+\/ # [^]*echo \$\(\(6 \* 7\)\)/)
    shell.write("\x15exit 3\r")
    expect((await shell.ended).status).toBe(3)
  })

  it("shows a build as a region that is redrawn, and leaves its last state", async () => {
    const directory = gantry.context({ Dockerfile: "FROM base\nRUN echo something\n" })
    const build = inTerminal(gantry, "build", "-t", "drawn", directory)
    const { status, stdout } = await build.ended
    expect(status).toBe(0)
    expect(stdout).toContain("\x1b[")
    expect(stdout).toContain("RUN echo something")
    expect(stdout).toMatch(/built sha256:[0-9a-f]{64}/)
  })
})
