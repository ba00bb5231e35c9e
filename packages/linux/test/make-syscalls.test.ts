import { spawnSync } from "node:child_process"
import { mkdtempSync, rmdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { RESOLVE_IN_ROOT } from "../src/constants.ts"
import { cString } from "../src/memory.ts"
import { makeSyscalls } from "../src/make-syscalls.ts"
import type { Word } from "../src/ffi/Ffi.ts"
import { namespaces, needs, program, runtimes } from "./abilities.ts"

const { skip, suffix } = needs(namespaces)

describe("system calls on the real kernel", () => {
  for (const [runtime, ...command] of runtimes) {
    it.skipIf(skip)(`behave as the manual says under ${runtime}${suffix}`, () => {
      const directory = mkdtempSync(join(tmpdir(), "gantry-tour-"))
      const { stdout, stderr } = spawnSync("unshare", ["-m", "-u", ...command, program("kernel-tour.ts"), directory], {
        encoding: "utf8"
      })
      rmdirSync(directory)
      const [first = "", times, executed, open, ...status] = stdout.trim().split("\n")
      expect(stderr.replaceAll(/.*(warning|MODULE_TYPELESS).*\n/gi, "")).toBe("")
      expect(JSON.parse(first)).toEqual({
        tmpfsMode: 0o751,
        whiteout: [true, 0],
        bigDevice: ((0x12345 & 0xfff00) << 12) | (259 << 8) | 0x45,
        xattrs: ["trusted.gantry.test"],
        xattr: [0x79, 0, 0x7a],
        xattrsAfter: [],
        missingXattr: 'lgetxattr("link", "trusted.gantry.test"): no data available (ENODATA)',
        link: [1234, 70000],
        zeroByte: String.raw`chdir("a\u0000b"): invalid argument (EINVAL)`,
        noSuchMount: 'umount2("/proc/self/nowhere", MNT_DETACH): no such file or directory (ENOENT)',
        copied: 4,
        copy: "0123",
        read: [3, "456"],
        escape:
          'openat2(AT_FDCWD, "../etc", O_CLOEXEC|O_PATH, RESOLVE_BENEATH): the files are on different file systems (EXDEV)',
        locked: "flock(fd, LOCK_EX|LOCK_NB): resource temporarily unavailable (EAGAIN)",
        pollable: [1],
        readOnly: 'open("/mnt/new", O_WRONLY|O_CREAT, 0600): read-only file system (EROFS)',
        newApi: true,
        hostname: "tour",
        capabilities: [true, true],
        noNewPrivs: [0, 1, "prctl(PR_CAPBSET_DROP, 4000): invalid argument (EINVAL)"],
        noSuchProgram: 'execve("/nowhere", ["a"], 0 variables): no such file or directory (ENOENT)',
        exe: true
      })
      // One nanosecond before 1970, and all nine digits.
      expect(times).toBe("-0.000000001 1700000000.123456789")
      expect(executed).toBe("zero|ünï|hello world|123|100 5 70000")
      // Standard input, output and error, and the directory that ls reads.
      expect(open).toBe("4")
      expect(status).toEqual(["SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000", "NoNewPrivs:\t1"])
    })
  }
})

/** An entry point that gives each block of memory an address and remembers the raw call. */
const fake = (answer: (name: number, args: ReadonlyArray<Word>) => number) => {
  const memory: Array<ArrayBufferView> = []
  const calls: Array<ReadonlyArray<Word>> = []
  const sys = makeSyscalls({
    arch: "arm64",
    address: (block) => 0x1000 * memory.push(block),
    call: (number, ...args) => {
      calls.push([number, ...args])
      return answer(number, args)
    }
  })
  return { sys, memory, calls }
}

describe("the way from a typed call to the kernel", () => {
  it("uses the numbers of the processor and ends strings with a zero byte", () => {
    const { sys, memory, calls } = fake(() => 0)
    sys.mount("proc", "/proc", "proc", 14, null)
    expect(calls).toEqual([[40, 0x1000, 0x2000, 0x3000, 14, 0, 0]])
    expect(memory[1]).toEqual(new TextEncoder().encode("/proc\0"))
  })

  it("passes a path of bytes as it is", () => {
    const { sys, memory } = fake(() => 0)
    sys.chdir(Uint8Array.of(0x2f, 0xff))
    expect(memory[0]).toEqual(Uint8Array.of(0x2f, 0xff, 0))
  })

  it("never hands a path with a zero byte to the kernel", () => {
    const { sys, calls } = fake(() => 0)
    expect(() => sys.chroot("/a\0b")).toThrow("EINVAL")
    expect(() => sys.chroot(Uint8Array.of(0x2f, 0, 0x62))).toThrow("EINVAL")
    expect(() => sys.execve("/bin/sh", ["a\0"], [])).toThrow("EINVAL")
    expect(calls).toEqual([])
    expect(cString("a\0")).toBeUndefined()
  })

  it("repeats a read that a signal interrupted, and never a close", () => {
    const answers = [-4, -4, 7]
    const { sys, calls } = fake(() => answers.shift() ?? -4)
    expect(sys.read(3, new Uint8Array(8))).toBe(7)
    expect(calls.length).toBe(3)
    expect(() => sys.close(3)).toThrow("close(3): interrupted system call (EINTR)")
    expect(calls.length).toBe(4)
  })

  it("ends a wait when it is told that signals do, and only for those that the runtime handles", () => {
    const actions = [0n, 1n, 0x1234n]
    const { sys, memory, calls } = fake((_name, [, , before]) => {
      const into = memory[Number(before) / 0x1000 - 1]
      if (into !== undefined && before !== 0) {
        const view = new DataView(into.buffer)
        view.setBigUint64(0, actions.shift() ?? 0n, true)
        view.setBigUint64(8, 0x1400_0000n, true)
      }
      return 0
    })
    sys.interrupts(2, true)
    sys.interrupts(2, true)
    expect(calls.length).toBe(2)
    sys.interrupts(2, true)
    expect(calls.length).toBe(4)
    expect(new DataView(memory.at(-1)?.buffer ?? new ArrayBuffer(32)).getBigUint64(8, true)).toBe(0x0400_0000n)
    const { sys: interrupted } = fake(() => -4)
    expect(() => interrupted.readOnce(3, new Uint8Array(8))).toThrow("EINTR")
  })

  it("walks a path below a root again when a rename or mount elsewhere overtook it, not without end", () => {
    const answers = [-11, -4, -11, 7]
    const { sys, calls } = fake(() => answers.shift() ?? -11)
    const below = { flags: 0, resolve: RESOLVE_IN_ROOT }
    expect(sys.openat2(3, "a/../b", below)).toBe(7)
    expect(calls.length).toBe(4)
    expect(() => sys.openat2(3, "a/../b", below)).toThrow("resource temporarily unavailable (EAGAIN)")
    const before = calls.length
    expect(() => sys.openat2(3, "a", { flags: 0 })).toThrow("resource temporarily unavailable (EAGAIN)")
    expect(calls.length).toBe(before + 1)
  })

  it("reads an attribute again when it grew between asking for its size and reading it", () => {
    const answers = [3, -34, 5, 4]
    const { sys } = fake(() => answers.shift() ?? 0)
    expect(sys.lgetxattr("f", "user.a").length).toBe(4)
  })

  it("spreads 64 capabilities over two sets of 32", () => {
    const { sys, memory } = fake(() => 0)
    sys.capset({ effective: 1n << 40n, permitted: (1n << 40n) | 2n, inheritable: 0n })
    const words = memory.map((block) => Array.from(new Uint32Array(block.buffer)))
    expect(words).toEqual([
      [0x20080522, 0],
      [0, 2, 0, 0x100, 0x100, 0]
    ])
  })
})
