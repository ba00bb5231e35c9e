import { archOf, type Ffi, libcNames, type Memory, openFirst, type Word } from "./Ffi.ts"

/** The part of the module `bun:ffi` that is used, so that its global types do not leak into other files. */
interface BunFfi {
  readonly dlopen: (
    name: string,
    symbols: Record<string, { readonly args: ReadonlyArray<string>; readonly returns: string }>
  ) => { readonly symbols: Record<string, (...args: ReadonlyArray<Word>) => Word> }
  readonly ptr: (memory: Memory) => number
  readonly read: { readonly i32: (address: number, offset: number) => number }
}

const open = (): Ffi => {
  const { dlopen, ptr, read } = process.getBuiltinModule("bun:ffi") as unknown as BunFfi
  const arch = archOf(process.arch)
  const word = "i64"
  const { symbols } = openFirst(libcNames(arch), (name) =>
    dlopen(name, {
      syscall: { args: [word, word, word, word, word, word, word], returns: "i64_fast" },
      __errno_location: { args: [], returns: "ptr" }
    })
  )
  const { syscall, __errno_location: errnoLocation } = symbols
  if (syscall === undefined || errnoLocation === undefined) throw new Error("the C library has no syscall function")
  // The address belongs to this thread. It is asked for once, so that no call comes between a failure and its number.
  const errno = Number(errnoLocation())
  return {
    arch,
    address: ptr,
    call: (number, a0, a1, a2, a3, a4, a5) => {
      const result = Number(syscall(number, a0, a1, a2, a3, a4, a5))
      return result === -1 ? -read.i32(errno, 0) : result
    }
  }
}

let opened: Ffi | undefined

/**
 * System calls in Bun, also inside an executable made with `bun build --compile`. The C library is opened once.
 *
 * The module is asked for by name at run time, so no bundler for another runtime ever sees it.
 */
export const bunFfi = (): Ffi => (opened ??= open())
