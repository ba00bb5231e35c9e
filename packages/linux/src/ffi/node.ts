import { archOf, type Ffi, libcNames, type Memory, openFirst, type Word } from "./Ffi.ts"

/** The part of koffi that is used. */
interface Koffi {
  readonly load: (name: string) => {
    readonly func: (name: string, result: string, args: ReadonlyArray<string>) => (...args: ReadonlyArray<Word>) => Word
  }
  readonly address: (memory: Memory) => bigint
  readonly errno: () => number
}

/**
 * System calls in Node, through the package koffi.
 *
 * It is required by name at run time: its native module cannot be bundled.
 */
export const nodeFfi = (): Ffi => {
  const { createRequire } = process.getBuiltinModule("node:module")
  const koffi = createRequire(import.meta.url)("koffi") as Koffi
  const arch = archOf(process.arch)
  const word = "int64"
  const libc = openFirst(libcNames(arch), koffi.load)
  const syscall = libc.func("syscall", word, [word, word, word, word, word, word, word])
  return {
    arch,
    address: koffi.address,
    call: (number, a0, a1, a2, a3, a4, a5) => {
      const result = Number(syscall(number, a0, a1, a2, a3, a4, a5))
      return result === -1 ? -koffi.errno() : result
    }
  }
}
