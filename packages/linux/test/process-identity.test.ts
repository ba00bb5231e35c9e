import * as fc from "fast-check"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { describe, expect, it } from "vitest"
import { identify, isAlive, isStopped, parseStat, readStat } from "../src/process-identity.ts"

const fields = (state: string, startTime: number) =>
  [state, 7, ...Array.from({ length: 17 }, (_, index) => index), startTime, 0, 0].join(" ")

describe("the identity of a process", () => {
  it("is read whatever the command is called", () => {
    const names = fc.string({ maxLength: 15 })
    const nasty = fc.constantFrom(") Z 1 2 3", "a b", "((", "))", "\n", ") (", "sh) S 1")
    fc.assert(
      fc.property(fc.oneof(names, nasty), fc.nat(), fc.nat(), (comm, pid, startTime) => {
        expect(parseStat(`${pid} (${comm}) ${fields("S", startTime)}\n`)).toEqual({
          pid,
          comm,
          state: "S",
          parent: 7,
          startTime
        })
      })
    )
  })

  it("is not read from anything else", () => {
    for (const text of ["", "12", "12 (sh", "12 (sh) S 1", `x (sh) ${fields("S", 1)}`]) {
      expect(parseStat(text)).toBeUndefined()
    }
  })

  it("holds while the process runs and not afterwards", async () => {
    const child = spawn("sh", ["-c", "read end"], { stdio: ["pipe", "ignore", "ignore"] })
    const identity = identify(child.pid ?? 0)
    if (identity === undefined) throw new Error("the child has no identity")
    expect(isAlive(identity)).toBe(true)
    expect(isAlive({ ...identity, startTime: identity.startTime + 1 })).toBe(false)
    const exit = once(child, "exit")
    child.stdin.end("end\n")
    await exit
    expect(isAlive(identity)).toBe(false)
    expect(identify(identity.pid)).toBeUndefined()
  })

  it("tells whether the process was stopped", async () => {
    const child = spawn("sleep", ["1000"], { stdio: "ignore" })
    const exit = once(child, "exit")
    try {
      const identity = identify(child.pid ?? 0)
      if (identity === undefined) throw new Error("the child has no identity")
      expect(isStopped(identity)).toBe(false)
      process.kill(identity.pid, "SIGSTOP")
      while (!isStopped(identity)) expect(isAlive(identity)).toBe(true)
      expect(isStopped({ ...identity, startTime: identity.startTime + 1 })).toBe(false)
      // Deno sends no second signal by `child.kill`.
      process.kill(identity.pid, "SIGCONT")
      while (isStopped(identity)) expect(isAlive(identity)).toBe(true)
    } finally {
      process.kill(child.pid ?? 0, "SIGKILL")
      await exit
    }
  })

  it("of a process that ended but was not waited for does not hold", async () => {
    // The shell becomes a program that knows of no child, and so never waits for the one that the shell started.
    const keeper = spawn("sh", ["-c", "sleep 1000 & echo $!; exec sleep 1000"], { stdio: ["ignore", "pipe", "ignore"] })
    try {
      const [line] = await once(keeper.stdout, "data")
      const pid = Number(String(line))
      while (readStat(keeper.pid ?? 0)?.comm !== "sleep") expect(readStat(pid)?.pid).toBe(pid)
      process.kill(pid, "SIGKILL")
      while (readStat(pid)?.state !== "Z") expect(readStat(pid)?.parent).toBe(keeper.pid)
      const zombie = identify(pid)
      expect(zombie?.pid).toBe(pid)
      expect(zombie === undefined || isAlive(zombie)).toBe(false)
    } finally {
      const exit = once(keeper, "exit")
      keeper.kill("SIGKILL")
      await exit
    }
  })

  it("is our own for self", () => {
    expect(identify("self")).toEqual(identify(process.pid))
  })
})
