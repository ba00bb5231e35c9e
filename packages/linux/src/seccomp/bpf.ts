/** Classic BPF as seccomp(2) takes it. */

/** One instruction: code, jumps when true and when false, and an operand. */
export interface Instruction {
  readonly code: number
  readonly jt: number
  readonly jf: number
  readonly k: number
}

/** The codes that seccomp accepts and that are used here. */
export const code = {
  /** Loads the 32-bit word at byte `k` of the call's data. */
  load: 0x20,
  and: 0x54,
  jump: 0x05,
  jumpIfEqual: 0x15,
  jumpIfGreater: 0x25,
  jumpIfAtLeast: 0x35,
  jumpIfAnyBit: 0x45,
  return: 0x06
} as const

/** The most instructions that the kernel takes (BPF_MAXINSNS). */
export const longestProgram = 4096

/** Byte offsets in struct seccomp_data. */
export const dataOffset = { number: 0, arch: 4, argument: (index: number) => 16 + 8 * index } as const

/** Loads a word of the call's data. */
export const load = (offset: number): Instruction => ({ code: code.load, jt: 0, jf: 0, k: offset })
/** Keeps the bits of a mask. */
export const and = (mask: number): Instruction => ({ code: code.and, jt: 0, jf: 0, k: mask })
/** Goes on `distance` instructions behind the next one. */
export const jump = (distance: number): Instruction => ({ code: code.jump, jt: 0, jf: 0, k: distance })
/** Ends the program. */
export const result = (value: number): Instruction => ({ code: code.return, jt: 0, jf: 0, k: value })

/** The bytes of a program: struct sock_filter, eight bytes an instruction. */
export const encodeProgram = (program: ReadonlyArray<Instruction>): Uint8Array => {
  const bytes = new Uint8Array(program.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [index, { code: operation, jt, jf, k }] of program.entries()) {
    view.setUint16(index * 8, operation, true)
    view.setUint8(index * 8 + 2, jt)
    view.setUint8(index * 8 + 3, jf)
    view.setUint32(index * 8 + 4, k >>> 0, true)
  }
  return bytes
}

/** The instructions of a program's bytes. */
export const decodeProgram = (bytes: Uint8Array): ReadonlyArray<Instruction> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / 8 }, (_, index) => ({
    code: view.getUint16(index * 8, true),
    jt: view.getUint8(index * 8 + 2),
    jf: view.getUint8(index * 8 + 3),
    k: view.getUint32(index * 8 + 4, true)
  }))
}
