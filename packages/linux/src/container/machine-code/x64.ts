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

/** Numbers of registers that system calls leave alone and that need no longer form of an address. */
const registers: { readonly [name in Register]: number } = {
  command: 3,
  environment: 5,
  self: 13,
  value: 14,
  words: 15,
  total: 3,
  length: 5,
  child: 13,
  number: 14,
  record: 15
}

const rax = 0
const rsp = 4

/** Where a system call looks for what it is given: rdi, rsi, rdx, r10, r8, r9. */
const given = [7, 6, 2, 10, 8, 9]

/** Second byte of the long conditional jumps. */
const jumps: { readonly [relation in Relation]: number } = { below: 0x8c, equal: 0x84, unequal: 0x85 }

const word = (number: number): ReadonlyArray<number> => [0, 8, 16, 24].map((bits) => (number >> bits) & 0xff)

const bytes = (...parts: ReadonlyArray<number>): Encoded => fixed(Uint8Array.from(parts))

/** The prefix for 64 bits, with the fourth bits of two registers. */
const rex = (reg: number, rm: number): number => 0x48 | ((reg >> 3) << 2) | (rm >> 3)

/** Two registers. */
const both = (code: number, reg: number, rm: number): Encoded =>
  bytes(rex(reg, rm), code, 0xc0 | ((reg & 7) << 3) | (rm & 7))

/** A register and memory; a base that needs a further byte gets it. */
const memory = (code: number, reg: number, base: number, offset: number): Encoded =>
  bytes(rex(reg, base), code, 0x80 | ((reg & 7) << 3) | (base & 7), ...(base === rsp ? [0x24] : []), ...word(offset))

/** A register and a number of 32 bits. `extension` is a part of the code. */
const number = (code: number, extension: number, reg: number, value: number): Encoded =>
  bytes(rex(0, reg), code, 0xc0 | (extension << 3) | (reg & 7), ...word(value))

/** What ends with how far away a label is. */
const toLabel = (start: ReadonlyArray<number>, label: string): Encoded => ({
  length: start.length + 4,
  write: (here, placeOf) => Uint8Array.from([...start, ...word(placeOf(label) - here - start.length - 4)])
})

const put = (reg: number, value: Operand): Encoded => {
  if (typeof value === "number") return number(0xc7, 0, reg, value)
  if (typeof value === "string") return both(0x89, registers[value], reg)
  if ("scratch" in value) return memory(0x8d, reg, rsp, value.scratch)
  return toLabel([rex(reg, 0), 0x8d, ((reg & 7) << 3) | 5], value.text)
}

const place = (at: Place): readonly [base: number, offset: number] => {
  if (typeof at === "string") return [registers[at], 0]
  return "scratch" in at ? [rsp, at.scratch] : [registers[at.behind], at.bytes]
}

/** A step for x86-64. Spec: Intel 64 manual, volume 2; system calls: System V ABI for AMD64, appendix A.2. */
export const encodeX64 = (step: Step): ReadonlyArray<Encoded> => {
  switch (step.do) {
    case "label":
      return []
    case "bytes":
      return [fixed(step.bytes)]
    case "begin":
      return [both(0x89, rsp, registers[step.stack]), number(0x81, 5, rsp, step.scratch)]
    case "set":
      return [put(registers[step.to], step.from)]
    case "add":
      return [number(0x81, 0, registers[step.to], step.number)]
    case "and":
      return [number(0x81, 4, registers[step.to], step.number)]
    case "shiftRight":
      return [bytes(rex(0, registers[step.to]), 0xc1, 0xe8 | (registers[step.to] & 7), step.bits)]
    case "sum":
      return [both(0x01, registers[step.with], registers[step.to])]
    case "difference":
      return [both(0x29, registers[step.with], registers[step.to])]
    case "perform": {
      const at = registers[step.at]
      return [
        memory(0x8b, rax, at, performedAt.number),
        ...given.map((reg, index) => memory(0x8b, reg, at, performedAt.given + 8 * index)),
        bytes(0x0f, 0x05),
        memory(0x89, rax, at, performedAt.result)
      ]
    }
    case "load":
      return [memory(0x8b, registers[step.to], ...place(step.at))]
    case "store":
      return [memory(0x89, registers[step.from], ...place(step.at))]
    case "goWhen":
      return [
        typeof step.right === "number"
          ? number(0x81, 7, registers[step.left], step.right)
          : both(0x39, registers[step.right], registers[step.left]),
        toLabel([0x0f, jumps[step.is]], step.label)
      ]
    case "go":
      return [toLabel([0xe9], step.label)]
    case "call":
      return [
        ...step.given.map((value, at) => put(given[at] ?? 0, value)),
        number(0xc7, 0, rax, step.number.x64),
        bytes(0x0f, 0x05),
        ...(step.result === undefined ? [] : [both(0x89, rax, registers[step.result])])
      ]
  }
}
