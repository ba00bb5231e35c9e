/** What a profile says about one system call: pure, and separate from how a filter program says it. */

import { actions, type ArgumentRule, type Profile, type SyscallRule } from "./profile.ts"

const EPERM = 1
const ENOSYS = 38

/** All conditions must hold. */
export interface Clause {
  readonly conditions: ReadonlyArray<Required<ArgumentRule>>
  /** The filter's return value: an action with its data. */
  readonly result: number
}

/** The first clause that holds decides, else `otherwise`. */
export interface Decision {
  readonly clauses: ReadonlyArray<Clause>
  readonly otherwise: number
}

/** The return value of an action. */
export const resultOf = (action: keyof typeof actions, errno = EPERM): number =>
  action === "SCMP_ACT_ERRNO" || action === "SCMP_ACT_TRACE" ? actions[action] + (errno & 0xffff) : actions[action]

/** The return value for what no rule names. */
export const defaultResult = (profile: Profile): number => resultOf(profile.defaultAction, profile.defaultErrnoRet)

/**
 * What happens to system calls that are newer than every one the profile names: "not implemented", so that programs
 * fall back to the older call, unless the profile lets unknown calls through anyway. The same as runc does.
 */
export const resultForNewer = (profile: Profile): number => {
  const byDefault = defaultResult(profile)
  const permissive = byDefault === actions.SCMP_ACT_ALLOW || byDefault === actions.SCMP_ACT_LOG
  return permissive ? byDefault : actions.SCMP_ACT_ERRNO + ENOSYS
}

/**
 * Joins the rules that name one system call.
 *
 * A rule without conditions outranks all others, and the first such rule counts; otherwise the first rule whose
 * conditions hold. Rules that ask for the default are left out. This is how libseccomp behaves under runc.
 */
export const decide = (rules: ReadonlyArray<SyscallRule>, byDefault: number): Decision => {
  const effective = rules.filter(({ action, errnoRet }) => resultOf(action, errnoRet) !== byDefault)
  const always = effective.find(({ args }) => args === undefined || args.length === 0)
  if (always !== undefined) return { clauses: [], otherwise: resultOf(always.action, always.errnoRet) }
  return { clauses: effective.flatMap(clausesOf), otherwise: byDefault }
}

const clausesOf = ({ action, errnoRet, args = [] }: SyscallRule): ReadonlyArray<Clause> => {
  const result = resultOf(action, errnoRet)
  const conditions = args.map(({ index, value, valueTwo = 0, op }) => ({ index, value, valueTwo, op }))
  const repeats = new Set(args.map(({ index }) => index)).size < args.length
  return repeats ? conditions.map((condition) => ({ conditions: [condition], result })) : [{ conditions, result }]
}

/** Whether a condition holds for an argument. */
export const holds = ({ op, value, valueTwo }: Required<ArgumentRule>, argument: bigint): boolean => {
  const given = BigInt.asUintN(64, argument)
  const wanted = BigInt.asUintN(64, BigInt(value))
  switch (op) {
    case "SCMP_CMP_EQ":
      return given === wanted
    case "SCMP_CMP_NE":
      return given !== wanted
    case "SCMP_CMP_LT":
      return given < wanted
    case "SCMP_CMP_LE":
      return given <= wanted
    case "SCMP_CMP_GT":
      return given > wanted
    case "SCMP_CMP_GE":
      return given >= wanted
    case "SCMP_CMP_MASKED_EQ":
      return (given & wanted) === BigInt.asUintN(64, BigInt(valueTwo))
  }
}

/** The result of a decision for given arguments. Missing arguments are 0. */
export const evaluate = ({ clauses, otherwise }: Decision, args: ReadonlyArray<bigint>): number =>
  clauses.find(({ conditions }) => conditions.every((each) => holds(each, args[each.index] ?? 0n)))?.result ?? otherwise
