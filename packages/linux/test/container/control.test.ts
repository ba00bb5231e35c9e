import { expect, it } from "vitest"
import { openControl } from "../../src/container/control.ts"
import { makeRecording } from "../../src/ffi/recording.ts"

it("a child that refuses hears its parent out before it ends", () => {
  const words = [`{"type":"go"}\n`, ""]
  const { calls, syscalls } = makeRecording({
    read: (_fd, into) => {
      const said = new TextEncoder().encode(words.shift())
      into.set(said)
      return said.length
    }
  })
  openControl(syscalls).refuse({ type: "failed" })
  expect(words).toEqual([])
  expect(calls.at(-1)).toMatch(/^read\(3,/)
})
