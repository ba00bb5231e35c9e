import { and, code, dataOffset, type Instruction, load, result } from "./bpf.ts"
import type { Clause, Decision } from "./decision.ts"
import type { ArgumentRule } from "./profile.ts"

/** Code that looks at the arguments, where it has to, and returns. */
export const decisionCode = ({ clauses, otherwise }: Decision): ReadonlyArray<Instruction> => [
  ...groupEqual(clauses).flatMap((group) => groupCode(group)),
  result(otherwise)
]

/** Clauses next to each other that compare one argument with one value each and have one result. */
const groupEqual = (clauses: ReadonlyArray<Clause>): ReadonlyArray<ReadonlyArray<Clause>> => {
  const groups: Array<Array<Clause>> = []
  for (const clause of clauses) {
    const group = groups.at(-1)
    const first = group?.[0]
    if (group !== undefined && first !== undefined && group.length < 200 && alike(first, clause)) group.push(clause)
    else groups.push([clause])
  }
  return groups
}

const single = ({ conditions }: Clause) => {
  const [condition, ...others] = conditions
  return condition !== undefined && others.length === 0 && condition.op === "SCMP_CMP_EQ" ? condition : undefined
}

const alike = (a: Clause, b: Clause): boolean => {
  const one = single(a)
  const two = single(b)
  if (one === undefined || two === undefined) return false
  return a.result === b.result && one.index === two.index && high(one.value) === high(two.value)
}

const high = (value: number | bigint): number => Number((BigInt.asUintN(64, BigInt(value)) >> 32n) & 0xffffffffn)
const low = (value: number | bigint): number => Number(BigInt.asUintN(32, BigInt(value)))

/** A jump whose ends are not yet numbers. */
type Target = number | "pass" | "fail"
interface Step {
  readonly code: number
  readonly k: number
  readonly jt: Target
  readonly jf: Target
}

const plain = ({ code: operation, k }: Instruction): Step => ({ code: operation, k, jt: 0, jf: 0 })

/** Code that returns when a clause of the group holds and goes on behind itself when none does. */
const groupCode = (group: ReadonlyArray<Clause>): ReadonlyArray<Instruction> => {
  const [first] = group
  if (first === undefined) return []
  const values = group.map((clause) => single(clause)?.value ?? 0)
  const parts =
    group.length === 1 ? first.conditions.map(conditionSteps) : [equalSteps(first.conditions[0]?.index ?? 0, values)]
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const steps: Array<Instruction> = []
  let end = 0
  for (const part of parts) {
    end += part.length
    for (const step of part) {
      // "pass" is the next condition, or the return behind the last one; "fail" is behind that return.
      const distance = (target: Target) =>
        typeof target === "number" ? target : (target === "pass" ? end : length + 1) - steps.length - 1
      steps.push({ code: step.code, k: step.k, jt: distance(step.jt), jf: distance(step.jf) })
    }
  }
  return [...steps, result(first.result)]
}

const equalSteps = (index: number, values: ReadonlyArray<number | bigint>): ReadonlyArray<Step> => [
  plain(load(dataOffset.argument(index) + 4)),
  { code: code.jumpIfEqual, k: high(values[0] ?? 0), jt: 0, jf: "fail" },
  plain(load(dataOffset.argument(index))),
  ...values.map((value, at): Step => ({
    code: code.jumpIfEqual,
    k: low(value),
    jt: "pass",
    jf: at === values.length - 1 ? "fail" : 0
  }))
]

const equal = (k: number, jt: Target, jf: Target): Step => ({ code: code.jumpIfEqual, k, jt, jf })

/** A 64-bit comparison in two halves, the high one first. */
const conditionSteps = ({ index, op, value, valueTwo }: Required<ArgumentRule>): ReadonlyArray<Step> => {
  const loadHigh = plain(load(dataOffset.argument(index) + 4))
  const loadLow = plain(load(dataOffset.argument(index)))
  const ordered = (test: number, yes: Target, no: Target): ReadonlyArray<Step> => [
    loadHigh,
    { code: code.jumpIfGreater, k: high(value), jt: yes, jf: 0 },
    equal(high(value), 0, no),
    loadLow,
    { code: test, k: low(value), jt: yes, jf: no }
  ]
  switch (op) {
    case "SCMP_CMP_EQ":
      return equalSteps(index, [value])
    case "SCMP_CMP_NE":
      return [loadHigh, equal(high(value), 0, "pass"), loadLow, equal(low(value), "fail", "pass")]
    case "SCMP_CMP_GT":
      return ordered(code.jumpIfGreater, "pass", "fail")
    case "SCMP_CMP_LE":
      return ordered(code.jumpIfGreater, "fail", "pass")
    case "SCMP_CMP_GE":
      return ordered(code.jumpIfAtLeast, "pass", "fail")
    case "SCMP_CMP_LT":
      return ordered(code.jumpIfAtLeast, "fail", "pass")
    case "SCMP_CMP_MASKED_EQ":
      return [
        loadHigh,
        plain(and(high(value))),
        equal(high(valueTwo), 0, "fail"),
        loadLow,
        plain(and(low(value))),
        equal(low(valueTwo), "pass", "fail")
      ]
  }
}
