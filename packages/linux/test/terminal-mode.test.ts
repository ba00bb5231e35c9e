import { describe, expect, it } from "vitest"
import { loadSyscallsSync } from "../src/load.ts"
import { openPeer, openPty } from "../src/pty.ts"
import type { Syscalls } from "../src/Syscalls.ts"
import { passOutputThrough } from "../src/terminal-mode.ts"

const lineThrough = (change: (sys: Syscalls, fd: number) => void): string => {
  const sys = loadSyscallsSync()
  const pty = openPty(sys, "/dev/ptmx")
  const peer = openPeer(sys, pty)
  try {
    change(sys, peer)
    sys.write(peer, new TextEncoder().encode("a\nb"))
    const bytes = new Uint8Array(16)
    return new TextDecoder().decode(bytes.subarray(0, sys.read(pty.fd, bytes)))
  } finally {
    sys.close(peer)
    sys.close(pty.fd)
  }
}

describe("a terminal", () => {
  it("adds carriage returns of its own", () => expect(lineThrough(() => {})).toBe("a\r\nb"))

  it("hands output on as it is once it was told to", () => expect(lineThrough(passOutputThrough)).toBe("a\nb"))
})
