import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { loadSyscallsSync } from "../src/load.ts"
import { makeRecording } from "../src/ffi/recording.ts"
import { openPeer, openPty, setWindowSize, windowSize } from "../src/pty.ts"

const sys = loadSyscallsSync()

describe("a pseudo-terminal", () => {
  it("has two sides that speak to each other, and a size that both see", () => {
    const pty = openPty(sys, "/dev/ptmx")
    const peer = openPeer(sys, pty)
    try {
      expect(existsSync(`/dev/pts/${pty.number}`)).toBe(true)
      expect(windowSize(sys, pty.fd)).toEqual({ rows: 0, columns: 0 })
      setWindowSize(sys, pty.fd, { rows: 50, columns: 300 })
      expect(windowSize(sys, peer)).toEqual({ rows: 50, columns: 300 })
      const { stdout } = spawnSync("stty", ["-F", `/dev/pts/${pty.number}`, "size"], { encoding: "utf8" })
      expect(stdout.trim()).toBe("50 300")
      sys.write(peer, new TextEncoder().encode("hello"))
      const heard = new Uint8Array(16)
      expect(new TextDecoder().decode(heard.subarray(0, sys.read(pty.fd, heard)))).toBe("hello")
    } finally {
      sys.close(peer)
      sys.close(pty.fd)
    }
  })

  it("that cannot be unlocked is closed", () => {
    const { syscalls, calls, failNext } = makeRecording()
    failNext("ioctl", "EIO")
    expect(() => openPty(syscalls, "/dev/ptmx")).toThrow("EIO")
    expect(calls).toEqual([
      'open("/dev/ptmx", O_RDWR|O_NOCTTY|O_CLOEXEC, 0000)',
      "ioctl(100, TIOCSPTLCK, 4 bytes)",
      "close(100)"
    ])
  })
})
