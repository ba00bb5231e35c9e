import { describe, expect, it } from "vitest"
import { numbersOf } from "../../src/seccomp/syscall-tables.ts"
import { syscallNumbers } from "../../src/syscall-numbers.ts"

const of = (name: string) =>
  (["x86_64", "x86", "x32", "aarch64", "arm"] as const).map((arch) => numbersOf(arch).get(name))

describe("the tables of system calls", () => {
  it("agree with the numbers that this package calls by", () => {
    for (const [name, [x64, arm64]] of Object.entries(syscallNumbers)) {
      expect([name, numbersOf("x86_64").get(name), numbersOf("aarch64").get(name)]).toEqual([name, x64, arm64])
    }
  })

  it("have the numbers that each processor gives to the same call", () => {
    expect(of("execve")).toEqual([59, 11, 520, 221, 11])
    expect(of("clone3")).toEqual([435, 435, 435, 435, 435])
    expect(of("mseal")).toEqual([462, 462, 462, 462, 462])
    expect(of("open")).toEqual([2, 5, 2, undefined, 5])
    expect(of("socketcall")).toEqual([undefined, 102, undefined, undefined, undefined])
    expect(of("fcntl")).toEqual([72, 55, 72, 25, 55])
    expect(of("set_tls")).toEqual([undefined, undefined, undefined, undefined, 0xf0005])
  })
})
