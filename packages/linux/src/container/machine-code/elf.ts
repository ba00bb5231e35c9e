import type { Machine } from "./Code.ts"

/** Where the program stands in memory; any place that the kernel leaves to programs. */
const base = 0x400000

const headerBytes = 64
const segmentBytes = 56
const machines: { readonly [machine in Machine]: number } = { arm64: 183, x64: 62 }

const readable = 4
const writable = 2
const executable = 1

/** Memory that a program finds at its start, all zero. Pages of it that are not touched cost nothing. */
export interface Workspace {
  readonly address: number
  readonly bytes: number
}

/**
 * A program without libraries as a file that the kernel executes: one segment that nobody can write to, a stack that
 * cannot be executed, and memory to work with if it wants some. Spec: System V ABI, chapters 4 and 5.
 */
export const elfFile = (machine: Machine, code: Uint8Array, workspace?: Workspace): Uint8Array => {
  const segments = workspace === undefined ? 2 : 3
  const start = headerBytes + segments * segmentBytes
  const file = new Uint8Array(start + code.length)
  const view = new DataView(file.buffer)
  const half = (at: number, value: number) => view.setUint16(at, value, true)
  const word = (at: number, value: number) => view.setUint32(at, value, true)
  const long = (at: number, value: number) => view.setBigUint64(at, BigInt(value), true)
  // Magic, 64 bits, little end first, version 1.
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  half(16, 2)
  half(18, machines[machine])
  word(20, 1)
  long(24, base + start)
  long(32, headerBytes)
  half(52, headerBytes)
  half(54, segmentBytes)
  half(56, segments)
  // PT_LOAD: the whole file, aligned for the largest pages there are.
  word(headerBytes, 1)
  word(headerBytes + 4, readable | executable)
  long(headerBytes + 16, base)
  long(headerBytes + 24, base)
  long(headerBytes + 32, file.length)
  long(headerBytes + 40, file.length)
  long(headerBytes + 48, 0x10000)
  // PT_GNU_STACK.
  word(headerBytes + segmentBytes, 0x6474e551)
  word(headerBytes + segmentBytes + 4, readable | writable)
  if (workspace !== undefined) {
    const at = headerBytes + 2 * segmentBytes
    word(at, 1)
    word(at + 4, readable | writable)
    long(at + 16, workspace.address)
    long(at + 24, workspace.address)
    long(at + 40, workspace.bytes)
    long(at + 48, 0x10000)
  }
  file.set(code, start)
  return file
}
