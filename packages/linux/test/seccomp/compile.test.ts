import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { capabilityNames, defaultCapabilities } from "../../src/capabilities.ts"
import { auditArch, compile, x32Bit } from "../../src/seccomp/compile.ts"
import { decide, defaultResult, evaluate, resultForNewer } from "../../src/seccomp/decision.ts"
import { interpret } from "../../src/seccomp/interpret.ts"
import {
  actions,
  type Action,
  type ArgumentRule,
  coveredArches,
  type FilterTarget,
  operators,
  type Profile,
  rulesInForce
} from "../../src/seccomp/profile.ts"
import { type FilterArch, numbersOf } from "../../src/seccomp/syscall-tables.ts"

/** The profile read directly, call by call: what every compiled filter is compared with. */
const directly = (
  profile: Profile,
  target: FilterTarget,
  call: { readonly arch: FilterArch; readonly number: number; readonly args: ReadonlyArray<bigint> }
): number => {
  if (!coveredArches(profile, target.arch).includes(call.arch)) return actions.SCMP_ACT_KILL_PROCESS
  const numbers = numbersOf(call.arch)
  const rules = rulesInForce(profile, target)
  const named = rules.filter(({ names }) => names.some((name) => numbers.get(name) === call.number))
  if (named.length > 0) return evaluate(decide(named, defaultResult(profile)), call.args)
  const known = rules.flatMap(({ names }) => names.flatMap((name) => numbers.get(name) ?? []))
  const newest = Math.max(-1, ...known)
  return newest >= 0 && call.number > newest ? resultForNewer(profile) : defaultResult(profile)
}

/** Values next to each other and on both sides of the half words, so that a wrong comparison shows. */
const edge = fc.constantFrom(
  0n,
  1n,
  2n,
  0xffffffffn,
  0x100000000n,
  0x100000001n,
  0x1ffffffffn,
  0x7e020000n,
  2n ** 64n - 1n
)
const value = fc.oneof(edge, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))

const argument: fc.Arbitrary<ArgumentRule> = fc.record({
  index: fc.nat(2),
  value,
  valueTwo: edge,
  op: fc.constantFrom(...operators)
})

const action = fc.constantFrom(...(Object.keys(actions) as ReadonlyArray<Action>))
const names = fc.constantFrom("read", "write", "clone", "clone3", "socket", "personality", "mseal", "no_such_call")

const rule = fc.record(
  {
    names: fc.array(names, { minLength: 1, maxLength: 3 }),
    action,
    args: fc.array(argument, { maxLength: 3 }),
    errnoRet: fc.nat(200),
    includes: fc.record({ caps: fc.subarray(["CAP_SYS_ADMIN", "CAP_KILL"]) }, { requiredKeys: [] }),
    excludes: fc.record({ arches: fc.subarray(["arm64"]) }, { requiredKeys: [] })
  },
  { requiredKeys: ["names", "action"] }
)

const profile: fc.Arbitrary<Profile> = fc.record({
  defaultAction: action,
  defaultErrnoRet: fc.nat(200),
  archMap: fc.constantFrom(
    [],
    [{ architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86"] }],
    [
      { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] },
      { architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"] }
    ]
  ),
  syscalls: fc.array(rule, { maxLength: 6 })
})

const target: fc.Arbitrary<FilterTarget> = fc.record({
  arch: fc.constantFrom("x64", "arm64"),
  capabilities: fc.subarray(["CAP_SYS_ADMIN", "CAP_KILL"]),
  kernel: fc.constant("6.1.0")
})

const near = (number: number) => [number - 1, number, number + 1].filter((each) => each >= 0)

const machine = (capabilities: ReadonlyArray<string>): FilterTarget => ({
  arch: "x64",
  capabilities,
  kernel: "6.1"
})

const modes: ReadonlyArray<FilterArch> = ["x86_64", "x86", "x32", "aarch64", "arm"]

describe("a compiled filter", () => {
  it("says about every call what the profile says", () => {
    fc.assert(
      fc.property(profile, target, fc.array(value, { minLength: 3, maxLength: 3 }), (given, computer, args) => {
        const program = compile(given, computer)
        const wrong = modes.flatMap((arch) => {
          const own = arch === "aarch64" || arch === "arm" ? "arm64" : "x64"
          const known = given.syscalls.flatMap((each) => each.names.map((name) => numbersOf(arch).get(name) ?? 0))
          return [...new Set([0, 1000, ...known.flatMap(near)])].flatMap((number) => {
            const bit = arch === "x32" ? x32Bit : 0
            const found = interpret(program, { arch: auditArch[arch], number: number | bit, args })
            const expected =
              own === computer.arch ? directly(given, computer, { arch, number, args }) : actions.SCMP_ACT_KILL_PROCESS
            return found === expected ? [] : [{ arch, number, found, expected }]
          })
        })
        expect(wrong).toEqual([])
      }),
      { numRuns: 300 }
    )
  })

  it("does not take the number of a call that a tracer has called off for one of x32", () => {
    const covering = (architectures: ReadonlyArray<string>, defaultAction: Action): Profile => ({
      defaultAction,
      architectures,
      syscalls: [{ names: ["read"], action: "SCMP_ACT_ALLOW" }]
    })
    for (const architectures of [["SCMP_ARCH_X86_64"], ["SCMP_ARCH_X86_64", "SCMP_ARCH_X32"]]) {
      const result = (byDefault: Action, number: number) =>
        interpret(compile(covering(architectures, byDefault), machine([])), {
          arch: auditArch.x86_64,
          number,
          args: [0n, 0n, 0n]
        })
      expect(result("SCMP_ACT_ALLOW", 0xffffffff)).toBe(actions.SCMP_ACT_ALLOW)
      expect(result("SCMP_ACT_ERRNO", 0xffffffff)).toBe(actions.SCMP_ACT_ERRNO + 38)
      const x32 = result("SCMP_ACT_ALLOW", x32Bit | 39)
      expect(x32).toBe(architectures.length === 1 ? actions.SCMP_ACT_KILL_PROCESS : actions.SCMP_ACT_ALLOW)
    }
  })

  it("compares arguments as the 64-bit numbers next to the wanted one would show", () => {
    const one = fc.tuple(argument, fc.constantFrom(-1n, 0n, 1n, 1n << 32n, -(1n << 32n)))
    fc.assert(
      fc.property(one, ([condition, step]) => {
        const given: Profile = {
          defaultAction: "SCMP_ACT_ERRNO",
          syscalls: [{ names: ["read"], action: "SCMP_ACT_ALLOW", args: [condition] }]
        }
        const plain: FilterTarget = { arch: "x64", capabilities: [], kernel: "6.1" }
        const args = [0n, 0n, 0n]
        args[condition.index] = BigInt.asUintN(64, BigInt(condition.value) + step)
        const found = interpret(compile(given, plain), { arch: auditArch.x86_64, number: 0, args })
        expect(found).toBe(directly(given, plain, { arch: "x86_64", number: 0, args }))
      }),
      { numRuns: 500 }
    )
  })

  it("reaches across more instructions than a conditional jump does", () => {
    const syscalls = Array.from({ length: 150 }, (_, number) => ({
      names: ["socket", "read"],
      action: "SCMP_ACT_ALLOW" as const,
      args: [
        { index: 0, value: number, op: "SCMP_CMP_GE" as const },
        { index: 1, value: number * 3, op: "SCMP_CMP_EQ" as const }
      ]
    }))
    const given: Profile = { defaultAction: "SCMP_ACT_ERRNO", syscalls }
    const plain: FilterTarget = { arch: "x64", capabilities: [], kernel: "6.1" }
    const program = compile(given, plain)
    const socket = numbersOf("x86_64").get("socket") ?? -1
    for (const [args, allowed] of [
      [[149n, 447n], true],
      [[148n, 447n], false],
      [[10n, 0n], true]
    ] as const) {
      const found = interpret(program, { arch: auditArch.x86_64, number: socket, args })
      expect(found === actions.SCMP_ACT_ALLOW).toBe(allowed)
    }
  })

  it("that the kernel could not take is refused", () => {
    const syscalls = Array.from({ length: 1000 }, (_, number) => ({
      names: ["read"],
      action: "SCMP_ACT_ALLOW" as const,
      args: [{ index: 0, value: number * 2, op: "SCMP_CMP_NE" as const }]
    }))
    const given: Profile = { defaultAction: "SCMP_ACT_ERRNO", syscalls }
    expect(() => compile(given, { arch: "x64", capabilities: [], kernel: "6.1" })).toThrow(RangeError)
  })

  it("does not depend on the order in which capabilities are listed", () => {
    const given: Profile = {
      defaultAction: "SCMP_ACT_ERRNO",
      syscalls: [{ names: ["mount"], action: "SCMP_ACT_ALLOW", includes: { caps: ["CAP_SYS_ADMIN", "CAP_KILL"] } }]
    }
    expect(compile(given, machine(capabilityNames))).toEqual(compile(given, machine(capabilityNames.toReversed())))
    expect(compile(given, machine(defaultCapabilities))).not.toEqual(compile(given, machine(capabilityNames)))
  })
})
