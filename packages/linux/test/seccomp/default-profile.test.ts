import { spawnSync } from "node:child_process"
import { release } from "node:os"
import { describe, expect, it } from "vitest"
import { capabilityNames, defaultCapabilities } from "../../src/capabilities.ts"
import { auditArch, compile, x32Bit } from "../../src/seccomp/compile.ts"
import { defaultProfile } from "../../src/seccomp/default-profile.ts"
import { defaultProgram } from "../../src/seccomp/default-program.ts"
import { interpret } from "../../src/seccomp/interpret.ts"
import { actions } from "../../src/seccomp/profile.ts"
import { type FilterArch, numbersOf } from "../../src/seccomp/syscall-tables.ts"
import { namespaces, needs, program as programPath, runtimes } from "../abilities.ts"

const allowed = actions.SCMP_ACT_ALLOW
const refused = actions.SCMP_ACT_ERRNO + 1
const notImplemented = actions.SCMP_ACT_ERRNO + 38

const x64 = (capabilities: ReadonlyArray<string>) =>
  compile(defaultProfile, { arch: "x64", capabilities, kernel: "6.1" })

const byDefault = x64(defaultCapabilities)

const ask = (program: Uint8Array, name: string, args: ReadonlyArray<bigint> = [], arch: FilterArch = "x86_64") =>
  interpret(program, { arch: auditArch[arch], number: numbersOf(arch).get(name) ?? Number.NaN, args })

describe("the default profile", () => {
  it("names only calls that some processor has", () => {
    const arches = ["x86_64", "x86", "x32", "aarch64", "arm"] as const
    const known = (name: string) => arches.some((arch) => numbersOf(arch).has(name))
    expect(defaultProfile.syscalls.flatMap(({ names }) => names).filter((name) => !known(name))).toEqual([])
  })

  it("lets ordinary work through and refuses what reaches beyond the container", () => {
    for (const name of ["read", "openat", "execve", "mmap", "futex", "ptrace", "chroot", "fchmodat2", "mseal"]) {
      expect([name, ask(byDefault, name)]).toEqual([name, allowed])
    }
    for (const name of [
      "mount",
      "umount2",
      "unshare",
      "setns",
      "bpf",
      "keyctl",
      "add_key",
      "io_uring_setup",
      "kexec_load",
      "userfaultfd",
      "swapon",
      "reboot",
      "init_module",
      "open_by_handle_at",
      "perf_event_open",
      "settimeofday"
    ]) {
      expect([name, ask(byDefault, name)]).toEqual([name, refused])
    }
  })

  it("lets clone make threads and processes, never namespaces", () => {
    expect(ask(byDefault, "clone", [0x3d0f00n])).toBe(allowed)
    expect(ask(byDefault, "clone", [17n])).toBe(allowed)
    for (const flag of [0x20000n, 0x2000000n, 0x4000000n, 0x8000000n, 0x10000000n, 0x20000000n, 0x40000000n]) {
      expect(ask(byDefault, "clone", [flag | 17n])).toBe(refused)
    }
    expect(ask(byDefault, "clone3")).toBe(notImplemented)
    const asAdmin = x64([...defaultCapabilities, "CAP_SYS_ADMIN"])
    expect(ask(asAdmin, "clone", [0x10000011n])).toBe(allowed)
    expect(ask(asAdmin, "clone3")).toBe(allowed)
    expect(ask(asAdmin, "mount")).toBe(allowed)
  })

  it("opens sockets of common families only", () => {
    const outcome = (family: number) => ask(byDefault, "socket", [BigInt(family)])
    for (const family of [1, 2, 10, 16, 17, 29, 44]) expect(outcome(family)).toBe(allowed)
    for (const family of [12, 19, 34, 37, 38, 40, 46]) expect(outcome(family)).toBe(refused)
    expect(ask(byDefault, "socket", [0x100000002n])).toBe(refused)
  })

  it("takes the personalities of Linux only", () => {
    for (const persona of [0n, 8n, 0x20000n, 0x20008n, 0xffffffffn]) {
      expect(ask(byDefault, "personality", [persona])).toBe(allowed)
    }
    // READ_IMPLIES_EXEC and ADDR_NO_RANDOMIZE weaken a process against attacks.
    for (const persona of [0x400000n, 0x40000n, 0x100000000n]) {
      expect(ask(byDefault, "personality", [persona])).toBe(refused)
    }
  })

  it("says that calls newer than itself are not implemented, so that programs fall back", () => {
    const newer = { arch: auditArch.x86_64, number: 600, args: [] }
    expect(interpret(byDefault, newer)).toBe(notImplemented)
    expect(ask(byDefault, "keyctl")).toBe(refused)
  })

  it("covers 32-bit programs, x32, and nothing else", () => {
    expect(ask(byDefault, "mount", [], "x86")).toBe(refused)
    expect(ask(byDefault, "socketcall", [], "x86")).toBe(allowed)
    const x32 = (name: string) =>
      interpret(byDefault, { arch: auditArch.x32, number: (numbersOf("x32").get(name) ?? 0) | x32Bit, args: [] })
    expect([x32("read"), x32("execve"), x32("mount")]).toEqual([allowed, allowed, refused])
    expect(ask(byDefault, "read", [], "aarch64")).toBe(actions.SCMP_ACT_KILL_PROCESS)
  })

  it("gives each capability its calls", () => {
    const cases: ReadonlyArray<readonly [capability: string, name: string]> = [
      ["CAP_SYS_BOOT", "reboot"],
      ["CAP_SYS_MODULE", "init_module"],
      ["CAP_SYS_PTRACE", "kcmp"],
      ["CAP_SYS_TIME", "clock_settime"],
      ["CAP_SYS_NICE", "mbind"],
      ["CAP_SYSLOG", "syslog"],
      ["CAP_DAC_READ_SEARCH", "open_by_handle_at"]
    ]
    for (const [capability, name] of cases) {
      expect([name, ask(x64([]), name), ask(x64([capability]), name)]).toEqual([name, refused, allowed])
    }
    expect(ask(x64([]), "chroot")).toBe(refused)
  })
})

const without = (capabilities: ReadonlyArray<string>) => defaultProgram({ arch: "x64", capabilities, kernel: "6.1" })

describe("the program compiled ahead of time", () => {
  it("is what the compiler makes of the default profile", () => {
    for (const arch of ["x64", "arm64"] as const) {
      const target = { arch, capabilities: defaultCapabilities, kernel: release() }
      expect(defaultProgram(target)).toEqual(compile(defaultProfile, target))
    }
  })

  it("is given for those capabilities alone that the profile treats alike", () => {
    for (const extra of capabilityNames) {
      const target = { arch: "x64", capabilities: [...defaultCapabilities, extra], kernel: "6.1" } as const
      const compiled = compile(defaultProfile, target)
      expect([extra, defaultProgram(target) ?? compiled]).toEqual([extra, compiled])
    }
    expect(without(["CAP_SYS_CHROOT"])).toBeDefined()
    expect(without([])).toBeUndefined()
    expect(without([...defaultCapabilities, "CAP_SYS_ADMIN"])).toBeUndefined()
    expect(defaultProgram({ arch: "x64", capabilities: defaultCapabilities, kernel: "4.7" })).toBeUndefined()
  })
})

describe("the default filter in the kernel", () => {
  const { skip, suffix } = needs(namespaces)
  for (const [runtime, ...command] of runtimes) {
    it.skipIf(skip)(`holds for the program that is started under ${runtime}${suffix}`, () => {
      const [file = "", ...args] = [...command, programPath("filtered-shell.ts")]
      const { stdout } = spawnSync(file, args, { encoding: "utf8" })
      expect(stdout.trim().split("\n")).toEqual(["2", "hello", "unshare refused", "child ran"])
    })
  }
})
