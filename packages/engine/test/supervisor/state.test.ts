import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { lookAt, type ProcessMark, type StateFile, writeState } from "../../src/supervisor/state.ts"

const marked = (pid: number): ProcessMark => ({ pid, startTime: pid, boot: "boot" })
const running = (supervisor: number, process: number): StateFile => ({
  state: { status: "running", startedAt: supervisor, paused: false, pid: process },
  supervisor: marked(supervisor),
  process: marked(process)
})
const exited: StateFile = {
  state: { status: "exited", exit: { code: 3, oomKilled: false }, startedAt: 1, finishedAt: 2 },
  supervisor: marked(1)
}

describe("a look at how a container fares", () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "state-"))
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  /** Whoever is asked for has gone, but for those; meanwhile the file comes to say something else. */
  const meanwhile = (file: StateFile | undefined, ...alive: ReadonlyArray<number>) => {
    let asked = 0
    return ({ pid }: ProcessMark) => {
      if (asked++ === 0 && file !== undefined) writeState(directory, file)
      return alive.includes(pid)
    }
  }

  it("finds it lost when its supervisor is gone without a word, and what that one has left", () => {
    writeState(directory, running(1, 11))
    expect(lookAt(directory, meanwhile(undefined))).toEqual({
      state: { status: "lost", startedAt: 1 },
      orphan: marked(11)
    })
  })

  it("finds the end that its supervisor wrote down between two looks", () => {
    writeState(directory, running(1, 11))
    expect(lookAt(directory, meanwhile(exited))).toEqual({ state: exited.state })
  })

  it.each(["", "{", "null", "{}", '{"state":{}}', "\0".repeat(4096)])(
    "finds it lost when nothing can be read of what was written: %j",
    (text) => {
      const file = join(directory, "state.json")
      writeFileSync(file, text)
      expect(lookAt(directory)).toEqual({ state: { status: "lost", startedAt: Math.round(statSync(file).mtimeMs) } })
    }
  )

  it("finds it created when nothing was ever written", () => {
    expect(lookAt(directory)).toEqual({ state: { status: "created" } })
  })

  it("takes a next life that has begun between two looks for no orphan of the last one", () => {
    writeState(directory, running(1, 11))
    const next = running(2, 22)
    expect(lookAt(directory, meanwhile(next, 2))).toEqual({ state: next.state })
  })
})
