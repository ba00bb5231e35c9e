import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  anyDevice,
  defaultDevices,
  deviceLine,
  deviceProgram,
  type DeviceRule,
  parseDeviceRule
} from "../src/devices.ts"

interface Request {
  readonly type: "block" | "char"
  readonly major: number
  readonly minor: number
  /** 1 mknod, 2 read, 4 write, or several. */
  readonly access: number
}

const bits: Readonly<Record<string, number>> = { m: 1, r: 2, w: 4 }

const covers = (rule: DeviceRule, { type, major, minor, access }: Request) =>
  (rule.type === "all" || rule.type === type) &&
  (rule.major ?? major) === major &&
  (rule.minor ?? minor) === minor &&
  [...rule.access].reduce((left, letter) => left & ~(bits[letter] ?? 0), access) === 0

/** Runs the few eBPF instructions that the assembler uses. Jumps must go forward and stay inside. */
const run = (program: Uint8Array, { type, major, minor, access }: Request): number => {
  const view = new DataView(program.buffer)
  const context = [(type === "block" ? 1 : 2) | (access << 16), major, minor]
  const registers = Array.from({ length: 11 }, () => 0)
  for (let at = 0; at < program.length; at += 8) {
    const to = view.getUint8(at + 1) & 15
    const from = view.getUint8(at + 1) >> 4
    const operand = view.getInt32(at + 4, true)
    const value = registers[to] ?? 0
    const operation = view.getUint8(at)
    if (operation === 0x95) return registers[0] ?? 0
    if (operation === 0x61) registers[to] = context[view.getInt16(at + 2, true) / 4] ?? Number.NaN
    else if (operation === 0xb7) registers[to] = operand
    else if (operation === 0xbf) registers[to] = registers[from] ?? 0
    else if (operation === 0x77) registers[to] = value >>> operand
    else if (operation === 0x57) registers[to] = value & operand
    else if (operation === 0x55) at += value === operand ? 0 : 8 * view.getInt16(at + 2, true)
    else throw new Error(`unknown instruction ${operation.toString(16)}`)
  }
  throw new Error("the program does not end")
}

const number = fc.constantFrom(0, 1, 3, 5, 136)
const rule: fc.Arbitrary<DeviceRule> = fc.record({
  type: fc.constantFrom("all", "block", "char"),
  major: fc.option(number),
  minor: fc.option(number),
  access: fc.subarray(["r", "w", "m"], { minLength: 1 }).map((letters) => letters.join(""))
})
const request: fc.Arbitrary<Request> = fc.record({
  type: fc.constantFrom("block", "char"),
  major: number,
  minor: number,
  access: fc.integer({ min: 1, max: 7 })
})

describe("device rules", () => {
  it("that are printed and parsed again are the same", () => {
    fc.assert(
      fc.property(rule, (each) => {
        expect(parseDeviceRule(deviceLine(each))).toEqual(each)
      })
    )
  })

  it("of any other form are refused", () => {
    const wrong = ["", "c 1:3", "d 1:3 r", "c 1 r", "c 1:3 x", "c 1:3 rwmr", " c 1:3 r", "c -1:3 r"]
    expect(wrong.filter((text) => parseDeviceRule(text) !== undefined)).toEqual([])
  })

  it("become a program that allows what one rule covers and nothing else", () => {
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 6 }),
        fc.array(request, { minLength: 1, maxLength: 8 }),
        (rules, requests) => {
          const program = deviceProgram(rules)
          const expected = requests.map((each) => (rules.some((one) => covers(one, each)) ? 1 : 0))
          expect(requests.map((each) => run(program, each))).toEqual(expected)
        }
      ),
      { numRuns: 300 }
    )
  })

  it("leave no instruction behind a rule that allows everything, which the verifier would refuse", () => {
    expect(deviceProgram([anyDevice, ...defaultDevices])).toEqual(deviceProgram([anyDevice]))
  })

  it("let a container use the usual devices and make character nodes", () => {
    const program = deviceProgram(defaultDevices)
    const ask = (type: "block" | "char", major: number, minor: number, access: number) =>
      run(program, { type, major, minor, access })
    expect([ask("char", 1, 3, 7), ask("char", 136, 9, 6), ask("char", 8, 0, 1)]).toEqual([1, 1, 1])
    expect([
      ask("block", 8, 0, 2),
      ask("block", 8, 0, 1),
      ask("char", 10, 232, 2),
      ask("char", 1, 1, 4),
      ask("char", 10, 229, 3)
    ]).toEqual([0, 0, 0, 0, 0])
  })
})
