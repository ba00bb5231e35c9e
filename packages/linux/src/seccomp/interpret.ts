import { code, dataOffset, decodeProgram } from "./bpf.ts"

/** A system call as a filter sees it. */
export interface Call {
  /** AUDIT_ARCH_*. */
  readonly arch: number
  readonly number: number
  /** Up to six; missing ones are 0. */
  readonly args: ReadonlyArray<bigint>
}

/** The bytes of struct seccomp_data. */
const dataOf = ({ arch, number, args }: Call): DataView => {
  const view = new DataView(new ArrayBuffer(64))
  view.setUint32(dataOffset.number, number >>> 0, true)
  view.setUint32(dataOffset.arch, arch >>> 0, true)
  for (const [index, value] of args.slice(0, 6).entries()) {
    view.setBigUint64(dataOffset.argument(index), BigInt.asUintN(64, value), true)
  }
  return view
}

/**
 * Runs a filter on one call and returns what the kernel would do with it, as a 32-bit unsigned number.
 *
 * Throws a RangeError for what the kernel's checker refuses: an unknown instruction, a jump past the end, no return.
 */
export const interpret = (program: Uint8Array, call: Call): number => {
  const instructions = decodeProgram(program)
  const data = dataOf(call)
  let accumulator = 0
  for (let at = 0; at < instructions.length; at++) {
    const instruction = instructions[at]
    if (instruction === undefined) break
    const { code: operation, jt, jf, k } = instruction
    switch (operation) {
      case code.load:
        if (k % 4 !== 0 || k > 60) throw new RangeError(`instruction ${at} loads from byte ${k}`)
        accumulator = data.getUint32(k, true)
        break
      case code.and:
        accumulator = (accumulator & k) >>> 0
        break
      case code.jump:
        at += k
        break
      case code.jumpIfEqual:
        at += accumulator === k ? jt : jf
        break
      case code.jumpIfGreater:
        at += accumulator > k ? jt : jf
        break
      case code.jumpIfAtLeast:
        at += accumulator >= k ? jt : jf
        break
      case code.jumpIfAnyBit:
        at += (accumulator & k) === 0 ? jf : jt
        break
      case code.return:
        return k
      default:
        throw new RangeError(`instruction ${at} has the unknown code ${operation}`)
    }
  }
  throw new RangeError("the program ended without a result")
}
