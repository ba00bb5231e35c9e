/** How values lie in memory when they are handed to the kernel. Both processors are little-endian. */

import type { KernelString, ResourceLimit } from "./Syscalls.ts"

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The bytes of a string and a zero byte. Undefined when the string has a zero byte inside. */
export const cString = (text: KernelString): Uint8Array | undefined => {
  if (typeof text === "string") {
    return text.includes("\0") ? undefined : encoder.encode(`${text}\0`)
  }
  if (text.includes(0)) return undefined
  const bytes = new Uint8Array(text.length + 1)
  bytes.set(text)
  return bytes
}

/** The strings of a list in which each ends with a zero byte. */
export const cStrings = (bytes: Uint8Array): ReadonlyArray<string> =>
  decoder
    .decode(bytes)
    .split("\0")
    .filter((name) => name !== "")

/** A device number as mknod(2) takes it. */
export const deviceNumber = (major: number, minor: number): number =>
  ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & 0xfff00) << 12)) >>> 0

/** The two halves of a device number as stat(2) and proc(5) pack it. */
export const deviceNumbers = (device: number): { readonly major: number; readonly minor: number } => ({
  major: Math.floor(device / 0x100) & 0xfff,
  minor: (device & 0xff) | (Math.floor(device / 0x1000) & 0xfff00)
})

/** A buffer for `words` 32-bit numbers. */
export const words32 = (...words: ReadonlyArray<number>): Uint8Array =>
  new Uint8Array(Uint32Array.from(words, (word) => word >>> 0).buffer)

/** A buffer for 64-bit numbers; negative ones in two's complement. */
export const words64 = (...words: ReadonlyArray<number | bigint>): Uint8Array =>
  new Uint8Array(BigInt64Array.from(words, (word) => BigInt.asIntN(64, BigInt(word))).buffer)

/** The 64-bit unsigned number at a byte offset. */
export const word64At = (bytes: Uint8Array, offset: number): bigint => viewOf(bytes).getBigUint64(offset, true)

/** The 32-bit unsigned number at a byte offset. */
export const word32At = (bytes: Uint8Array, offset: number): number => viewOf(bytes).getUint32(offset, true)

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const billion = 1_000_000_000n
/** UTIME_OMIT of utimensat(2). */
const omit = 0x3ffffffen

/** A struct timespec: whole seconds, then nanoseconds from 0 up, also before 1970. */
export const timespec = (nanoseconds: bigint | null): readonly [bigint, bigint] => {
  if (nanoseconds === null) return [0n, omit]
  const rest = ((nanoseconds % billion) + billion) % billion
  return [(nanoseconds - rest) / billion, rest]
}

/** A struct rlimit64. */
export const rlimitBytes = ({ soft, hard }: ResourceLimit): Uint8Array => words64(soft, hard)

/** Reads a struct rlimit64. */
export const rlimitOf = (bytes: Uint8Array): ResourceLimit => ({
  soft: word64At(bytes, 0),
  hard: word64At(bytes, 8)
})
