import { and, code, dataOffset, encodeProgram, type Instruction, jump, load, longestProgram, result } from "./bpf.ts"
import { decisionCode } from "./decision-code.ts"
import { decide, type Decision, defaultResult, resultForNewer } from "./decision.ts"
import { actions, coveredArches, type FilterTarget, type Profile, rulesInForce, type SyscallRule } from "./profile.ts"
import { type FilterArch, numbersOf } from "./syscall-tables.ts"

/** AUDIT_ARCH_*: how the kernel names the mode in which a call was made. x32 shares that of x86-64. */
export const auditArch: Readonly<Record<FilterArch, number>> = {
  x86_64: 0xc000003e,
  x32: 0xc000003e,
  x86: 0x40000003,
  aarch64: 0xc00000b7,
  arm: 0x40000028
}

/** The bit that marks the number of an x32 call. */
export const x32Bit = 0x40000000

/** Numbers from `from` up to the next range are treated alike. */
interface Range {
  readonly from: number
  readonly decision: Decision
}

/**
 * Compiles a profile to the bytes that `Syscalls.seccomp` takes. Pure, and the same bytes for the same input.
 *
 * A call from a mode that the profile does not cover ends the process. Names that no table knows are left out.
 * Throws a RangeError when the program would be longer than the kernel takes.
 */
export const compile = (profile: Profile, target: FilterTarget): Uint8Array => {
  const rules = rulesByName(rulesInForce(profile, target))
  const arches = coveredArches(profile, target.arch)
  const tree = (arch: FilterArch) => search(rangesOf(rules, arch, profile))
  const own = arches[0] ?? "x86_64"
  const program = [load(dataOffset.arch), ...whenArch(own, ownCode(own, arches, tree))]
  for (const arch of arches.slice(1)) {
    if (arch !== "x32") program.push(...whenArch(arch, [load(dataOffset.number), ...tree(arch)]))
  }
  program.push(result(actions.SCMP_ACT_KILL_PROCESS))
  if (program.length > longestProgram) {
    throw new RangeError(`the filter has ${program.length} instructions, the kernel takes ${longestProgram}`)
  }
  return encodeProgram(program)
}

/** What a tracer puts in the place of a call that is not to be made: no call, and of no mode. */
const noCall = 0xffffffff

/** The native mode. On x86-64, numbers with the x32 bit go to a tree of their own, or end the process. */
const ownCode = (
  own: FilterArch,
  arches: ReadonlyArray<FilterArch>,
  tree: (arch: FilterArch) => ReadonlyArray<Instruction>
): ReadonlyArray<Instruction> => {
  const start = load(dataOffset.number)
  if (own !== "x86_64") return [start, ...tree(own)]
  const x32 = arches.includes("x32")
    ? [and(~x32Bit >>> 0), ...tree("x32")]
    : [{ code: code.jumpIfEqual, jt: 1, jf: 0, k: noCall }, result(actions.SCMP_ACT_KILL_PROCESS)]
  return [start, ...skipUnless({ code: code.jumpIfAnyBit, k: x32Bit }, x32), ...tree(own)]
}

const whenArch = (arch: FilterArch, then: ReadonlyArray<Instruction>) =>
  skipUnless({ code: code.jumpIfEqual, k: auditArch[arch] }, then)

/** Runs `then`, which ends by itself, when the test is true, and goes on behind it when not. */
const skipUnless = (
  { code: test, k }: Pick<Instruction, "code" | "k">,
  then: ReadonlyArray<Instruction>
): ReadonlyArray<Instruction> =>
  then.length <= 255
    ? [{ code: test, k, jt: 0, jf: then.length }, ...then]
    : // A conditional jump reaches 255 instructions, a plain one any number.
      [{ code: test, k, jt: 1, jf: 0 }, jump(then.length), ...then]

const rulesByName = (rules: ReadonlyArray<SyscallRule>): ReadonlyMap<string, ReadonlyArray<SyscallRule>> => {
  const byName = new Map<string, Array<SyscallRule>>()
  for (const rule of rules) {
    for (const name of rule.names) {
      const known = byName.get(name)
      if (known === undefined) byName.set(name, [rule])
      else known.push(rule)
    }
  }
  return byName
}

/** All numbers from 0 up, cut where the treatment changes. */
const rangesOf = (
  rules: ReadonlyMap<string, ReadonlyArray<SyscallRule>>,
  arch: FilterArch,
  profile: Profile
): ReadonlyArray<Range> => {
  const numbers = numbersOf(arch)
  const byDefault = defaultResult(profile)
  const byNumber = new Map<number, Array<SyscallRule>>()
  for (const [name, named] of rules) {
    const number = numbers.get(name)
    if (number === undefined) continue
    byNumber.set(number, [...(byNumber.get(number) ?? []), ...named])
  }
  const otherwise: Decision = { clauses: [], otherwise: byDefault }
  const ranges: Array<Range> = []
  const add = (from: number, decision: Decision) => {
    const last = ranges.at(-1)
    if (last === undefined || !sameDecision(last.decision, decision)) ranges.push({ from, decision })
  }
  let next = 0
  for (const number of [...byNumber.keys()].toSorted((a, b) => a - b)) {
    if (number > next) add(next, otherwise)
    add(number, decide(byNumber.get(number) ?? [], byDefault))
    next = number + 1
  }
  add(next, { clauses: [], otherwise: next === 0 ? byDefault : resultForNewer(profile) })
  return ranges
}

const sameDecision = (a: Decision, b: Decision) =>
  a.clauses.length === 0 && b.clauses.length === 0 && a.otherwise === b.otherwise

/** A balanced search over ranges. Expects the number in the accumulator; every path returns. */
const search = (ranges: ReadonlyArray<Range>): ReadonlyArray<Instruction> => {
  const middle = ranges.length >> 1
  const pivot = ranges[middle]
  if (pivot === undefined) return [result(actions.SCMP_ACT_KILL_PROCESS)]
  if (ranges.length === 1) return decisionCode(pivot.decision)
  return [
    ...skipUnless({ code: code.jumpIfAtLeast, k: pivot.from }, search(ranges.slice(middle))),
    ...search(ranges.slice(0, middle))
  ]
}
