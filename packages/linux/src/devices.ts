/** Which devices the processes of a container may use, as data and as a program for cgroup v2. */

/** One entry of an allow-list. null stands for any number. */
export interface DeviceRule {
  readonly type: "all" | "block" | "char"
  readonly major: number | null
  readonly minor: number | null
  /** Some of `r`, `w` and `m` (mknod). */
  readonly access: string
}

const char = (major: number, minor: number | null): DeviceRule => ({ type: "char", major, minor, access: "rwm" })

/**
 * What every container may use: making character nodes, which overlay file systems need for their whiteouts, and null,
 * zero, full, random, urandom, tty, console, ptmx, pts. Docker also lets containers make block nodes that they cannot
 * open; nothing good comes of those.
 */
export const defaultDevices: ReadonlyArray<DeviceRule> = [
  { type: "char", major: null, minor: null, access: "m" },
  char(1, 3),
  char(1, 5),
  char(1, 7),
  char(1, 8),
  char(1, 9),
  char(5, 0),
  char(5, 1),
  char(5, 2),
  char(136, null)
]

/** The rule that allows everything. */
export const anyDevice: DeviceRule = { type: "all", major: null, minor: null, access: "rwm" }

const letters = { all: "a", block: "b", char: "c" } as const

/** A rule as cgroup v1 reads it, such as `c 1:3 rwm`. Spec: kernel, cgroup-v1/devices. */
export const deviceLine = ({ type, major, minor, access }: DeviceRule): string =>
  `${letters[type]} ${major ?? "*"}:${minor ?? "*"} ${access}`

const number = (digits: string | undefined) => (digits === "*" ? null : Number(digits))

/** Reads `--device-cgroup-rule`: the form of {@link deviceLine}. Undefined for other text. */
export const parseDeviceRule = (text: string): DeviceRule | undefined => {
  const match = /^([abc]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/.exec(text)
  if (match === null) return undefined
  const [, letter, major, minor, access = ""] = match
  const type = letter === "a" ? "all" : letter === "b" ? "block" : "char"
  return { type, major: number(major), minor: number(minor), access }
}

/** Type bits of struct bpf_cgroup_dev_ctx. */
const typeNumber = { block: 1, char: 2 } as const
const accessBit: Readonly<Record<string, number>> = { m: 1, r: 2, w: 4 }
const everyAccess = 7

const accessMask = (access: string) => [...access].reduce((mask, letter) => mask | (accessBit[letter] ?? 0), 0)

/** One eBPF instruction: `code`, registers, jump offset, operand. */
type Instruction = readonly [code: number, to: number, from: number, offset: number, operand: number]

const loadWord = (to: number, offset: number): Instruction => [0x61, to, 1, offset, 0]
const move = (to: number, operand: number): Instruction => [0xb7, to, 0, 0, operand]
const copy = (to: number, from: number): Instruction => [0xbf, to, from, 0, 0]
const shiftRight = (to: number, operand: number): Instruction => [0x77, to, 0, 0, operand]
const and = (to: number, operand: number): Instruction => [0x57, to, 0, 0, operand]
const jumpUnlessEqual = (register: number, operand: number): Instruction => [0x55, register, 0, 0, operand]
const exit: Instruction = [0x95, 0, 0, 0, 0]

// Registers: r0 the answer, r1 the context and later scratch, r2 type, r3 access, r4 major, r5 minor.
const start: ReadonlyArray<Instruction> = [
  loadWord(2, 0),
  copy(3, 2),
  and(2, 0xffff),
  shiftRight(3, 16),
  loadWord(4, 4),
  loadWord(5, 8)
]

const answer = (allowed: 0 | 1): ReadonlyArray<Instruction> => [move(0, allowed), exit]

/** Answers 1 when the rule covers the request, and goes on behind itself when not. */
const ruleCode = ({ type, major, minor, access }: DeviceRule): ReadonlyArray<Instruction> => {
  const mask = accessMask(access)
  const code = [
    ...(type === "all" ? [] : [jumpUnlessEqual(2, typeNumber[type])]),
    ...(mask === everyAccess ? [] : [copy(1, 3), and(1, everyAccess & ~mask), jumpUnlessEqual(1, 0)]),
    ...(major === null ? [] : [jumpUnlessEqual(4, major)]),
    ...(minor === null ? [] : [jumpUnlessEqual(5, minor)]),
    ...answer(1)
  ]
  return code.map(([operation, to, from, offset, operand], at) => [
    operation,
    to,
    from,
    operation === 0x55 ? code.length - at - 1 : offset,
    operand
  ])
}

/**
 * An eBPF program of type BPF_PROG_TYPE_CGROUP_DEVICE that allows what a rule covers and nothing else.
 *
 * A request is covered when one rule alone covers all of its access bits, as in cgroup v1.
 */
export const deviceProgram = (rules: ReadonlyArray<DeviceRule>): Uint8Array => {
  // The verifier refuses code that no path reaches, so nothing follows a rule that always answers.
  const last = rules.findIndex(
    ({ type, major, minor, access }) =>
      type === "all" && major === null && minor === null && accessMask(access) === everyAccess
  )
  const instructions =
    last === -1
      ? [...start, ...rules.flatMap(ruleCode), ...answer(0)]
      : [...start, ...rules.slice(0, last + 1).flatMap(ruleCode)]
  const bytes = new Uint8Array(instructions.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [index, [operation, to, from, offset, operand]] of instructions.entries()) {
    view.setUint8(index * 8, operation)
    view.setUint8(index * 8 + 1, to | (from << 4))
    view.setInt16(index * 8 + 2, offset, true)
    view.setInt32(index * 8 + 4, operand, true)
  }
  return bytes
}
