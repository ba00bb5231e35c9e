import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect, Fiber } from "effect"
import { expect, it } from "vitest"
import { make } from "../src/FsLocks.ts"

it("a lock keeps another process out until its holder is killed, and leaves no file", async () => {
  const root = mkdtempSync(join(tmpdir(), "gantry-locks-"))
  const program = fileURLToPath(new URL("lock-holder.ts", import.meta.url))
  const holder = spawn(process.execPath, ["--conditions=gantry-source", program, root], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  try {
    await once(holder.stdout, "data")
    const { withLock } = make(root)
    let killed = false
    const waiting = Effect.runFork(
      withLock(
        "name",
        Effect.sync(() => killed)
      )
    )
    // Another name is free all the while, and this one is not: those who take it meanwhile would see that nobody was killed.
    for (let turn = 0; turn < 20; turn++) await Effect.runPromise(withLock("other", Effect.void))
    expect(waiting.unsafePoll()).toBeNull()
    const gone = once(holder, "close")
    killed = holder.kill("SIGKILL")
    expect(await Effect.runPromise(Fiber.join(waiting))).toBe(true)
    await gone
    expect(readdirSync(join(root, "locks"))).toEqual([])
  } finally {
    holder.kill("SIGKILL")
    rmSync(root, { recursive: true })
  }
})

it("a lock is free again when whoever asked for it gave up while it was being taken", async () => {
  const root = mkdtempSync(join(tmpdir(), "gantry-locks-"))
  try {
    const { held, withLock } = make(root)
    for (let turns = 0; turns < 4; turns++) {
      const fiber = Effect.runFork(withLock("name", Effect.never))
      // Taking it takes a few turns of the event loop: one of these rounds ends in each of them.
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      await Effect.runPromise(Fiber.interrupt(fiber))
      expect(await Effect.runPromise(held(""))).toEqual([])
    }
  } finally {
    rmSync(root, { recursive: true })
  }
})
