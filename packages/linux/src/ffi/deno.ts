import { archOf, type Ffi, libcNames, type Memory, openFirst, type Word } from "./Ffi.ts"

/** A native address as Deno hands it out; null is address zero. */
type Pointer = object | null

/** The part of the global `Deno` that is used, so that its types do not leak into other files. */
interface DenoFfi {
  readonly build: { readonly arch: string }
  readonly dlopen: (
    name: string,
    symbols: Record<string, { readonly parameters: ReadonlyArray<string>; readonly result: string }>
  ) => {
    readonly symbols: {
      readonly syscall: (...args: ReadonlyArray<Word>) => Word
      readonly __errno_location: () => Pointer
    }
  }
  readonly UnsafePointer: {
    readonly of: (memory: Memory) => Pointer
    readonly value: (pointer: Pointer) => Word
  }
  readonly UnsafePointerView: new (pointer: Pointer) => { readonly getInt32: (offset: number) => number }
}

/** System calls in Deno. Needs the permission `--allow-ffi`. */
export const denoFfi = (): Ffi => {
  const deno = (globalThis as unknown as { readonly Deno: DenoFfi }).Deno
  const arch = archOf(deno.build.arch)
  const word = "i64"
  const { symbols } = openFirst(libcNames(arch), (name) =>
    deno.dlopen(name, {
      syscall: { parameters: [word, word, word, word, word, word, word], result: word },
      __errno_location: { parameters: [], result: "pointer" }
    })
  )
  const { syscall } = symbols
  // The address belongs to this thread. It is asked for once, so that no call comes between a failure and its number.
  const errno = new deno.UnsafePointerView(symbols.__errno_location())
  return {
    arch,
    address: (memory) => deno.UnsafePointer.value(deno.UnsafePointer.of(memory)),
    call: (number, a0, a1, a2, a3, a4, a5) => {
      const result = Number(syscall(number, a0, a1, a2, a3, a4, a5))
      return result === -1 ? -errno.getInt32(0) : result
    }
  }
}
