import {
  type Encoded,
  fixed,
  type Operand,
  performedAt,
  type Place,
  type Register,
  type Relation,
  type Step
} from "./Code.ts"

/** Numbers of registers that system calls leave alone. */
const registers: { readonly [name in Register]: number } = {
  command: 19,
  environment: 20,
  self: 21,
  value: 22,
  words: 23,
  total: 19,
  length: 20,
  child: 21,
  number: 22,
  record: 23
}

/** For numbers that no instruction can hold. */
const spare = 9

/** Where a system call looks for its number. */
const callNumber = 8

/** The stack pointer, where an instruction knows one. */
const sp = 31

const conditions: { readonly [relation in Relation]: number } = { below: 11, equal: 0, unequal: 1 }

const little = (instruction: number): Uint8Array => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, instruction >>> 0, true)
  return bytes
}

const one = (instruction: number): Encoded => fixed(little(instruction))

/** An instruction that holds how far away a label is. */
const toLabel = (label: string, instruction: (distance: number) => number): Encoded => ({
  length: 4,
  write: (here, placeOf) => little(instruction(placeOf(label) - here))
})

/** A number of 32 bits, its sign in the upper half. */
const number = (reg: number, value: number): ReadonlyArray<Encoded> => {
  const low = value & 0xffff
  const high = (value >> 16) & 0xffff
  return [
    one(value < 0 ? 0x92800000 | ((~low & 0xffff) << 5) | reg : 0xd2800000 | (low << 5) | reg),
    one(0xf2a00000 | (high << 5) | reg)
  ]
}

const put = (reg: number, value: Operand): ReadonlyArray<Encoded> => {
  if (typeof value === "number") return number(reg, value)
  if (typeof value === "string") return [one(0xaa0003e0 | (registers[value] << 16) | reg)]
  if ("scratch" in value) return [one(0x91000000 | (value.scratch << 10) | (sp << 5) | reg)]
  return [
    toLabel(value.text, (distance) => 0x10000000 | ((distance & 3) << 29) | (((distance >> 2) & 0x7ffff) << 5) | reg)
  ]
}

const load = 0xf9400000
const store = 0xf9000000

/** Loads and stores count in words of eight bytes. */
const memory = (code: number, reg: number, at: Place): Encoded => {
  if (typeof at === "string") return one(code | (registers[at] << 5) | reg)
  const [base, bytes] = "scratch" in at ? [sp, at.scratch] : [registers[at.behind], at.bytes]
  return one(code | ((bytes / 8) << 10) | (base << 5) | reg)
}

/** Two registers into one. */
const both = (code: number, left: number, right: number, to: number): Encoded =>
  one(code | (right << 16) | (left << 5) | to)

/** A step for arm64. Spec: Arm Architecture Reference Manual, A64; system calls: arch/arm64 of the kernel. */
export const encodeArm64 = (step: Step): ReadonlyArray<Encoded> => {
  switch (step.do) {
    case "label":
      return []
    case "bytes":
      // Instructions stand at multiples of four.
      return [fixed(step.bytes), fixed(new Uint8Array(-step.bytes.length & 3))]
    case "begin":
      return [
        one(0x91000000 | (sp << 5) | registers[step.stack]),
        one(0xd1000000 | (step.scratch << 10) | (sp << 5) | sp)
      ]
    case "set":
      return put(registers[step.to], step.from)
    case "add":
      return [...number(spare, step.number), both(0x8b000000, registers[step.to], spare, registers[step.to])]
    case "and":
      return [...number(spare, step.number), both(0x8a000000, registers[step.to], spare, registers[step.to])]
    case "shiftRight":
      return [one(0xd340fc00 | (step.bits << 16) | (registers[step.to] << 5) | registers[step.to])]
    case "sum":
      return [both(0x8b000000, registers[step.to], registers[step.with], registers[step.to])]
    case "difference":
      return [both(0xcb000000, registers[step.to], registers[step.with], registers[step.to])]
    case "perform": {
      const behind = (bytes: number): Place => ({ behind: step.at, bytes })
      return [
        memory(load, callNumber, behind(performedAt.number)),
        ...[0, 1, 2, 3, 4, 5].map((reg) => memory(load, reg, behind(performedAt.given + 8 * reg))),
        one(0xd4000001),
        memory(store, 0, behind(performedAt.result))
      ]
    }
    case "load":
      return [memory(load, registers[step.to], step.at)]
    case "store":
      return [memory(store, registers[step.from], step.at)]
    case "goWhen": {
      const right = typeof step.right === "number" ? spare : registers[step.right]
      return [
        ...(typeof step.right === "number" ? number(spare, step.right) : []),
        both(0xeb000000, registers[step.left], right, sp),
        toLabel(step.label, (distance) => 0x54000000 | (((distance >> 2) & 0x7ffff) << 5) | conditions[step.is])
      ]
    }
    case "go":
      return [toLabel(step.label, (distance) => 0x14000000 | ((distance >> 2) & 0x3ffffff))]
    case "call":
      return [
        ...step.given.flatMap((value, at) => put(at, value)),
        ...number(callNumber, step.number.arm64),
        one(0xd4000001),
        ...(step.result === undefined ? [] : [one(0xaa0003e0 | registers[step.result])])
      ]
  }
}
