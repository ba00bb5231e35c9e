import { closeSync, readSync, writeSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { loadSyscallsSync } from "../src/load.ts"
import { openPeer, openPty } from "../src/pty.ts"
import { passOutputThrough } from "../src/terminal-mode.ts"

const lineThrough = (change: (sys: ReturnType<typeof loadSyscallsSync>, fd: number) => void): string => {
  const sys = loadSyscallsSync()
  const pty = openPty(sys, "/dev/ptmx")
  const peer = openPeer(sys, pty)
  try {
    change(sys, peer)
    writeSync(peer, "a\nb")
    const bytes = new Uint8Array(16)
    return new TextDecoder().decode(bytes.subarray(0, readSync(pty.fd, bytes)))
  } finally {
    closeSync(peer)
    closeSync(pty.fd)
  }
}

describe("a terminal", () => {
  it("adds carriage returns of its own", () => expect(lineThrough(() => {})).toBe("a\r\nb"))

  it("hands output on as it is once it was told to", () => expect(lineThrough(passOutputThrough)).toBe("a\nb"))
})
