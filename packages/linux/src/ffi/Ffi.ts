/** What fits into a register: an integer, negative ones in two's complement. */
export type Word = number | bigint

/** Memory that the kernel may read or write during a call. */
export type Memory = Uint8Array | BigUint64Array | BigInt64Array | Int32Array

/** The processors whose system call numbers are known. */
export type Arch = "x64" | "arm64"

/** The kernel entry point of one JavaScript runtime. It never throws for an error that the kernel reports. */
export interface Ffi {
  readonly arch: Arch
  /** Issues a system call on the calling thread and returns its result, or the negative error number. */
  readonly call: (number: number, a0: Word, a1: Word, a2: Word, a3: Word, a4: Word, a5: Word) => number
  /** Where the bytes are. Stays true for as long as the caller holds a reference. */
  readonly address: (memory: Memory) => Word
}

/** Checks the name that a runtime gives its processor. */
export const archOf = (name: string): Arch => {
  if (name === "x64" || name === "x86_64") return "x64"
  if (name === "arm64" || name === "aarch64") return "arm64"
  throw new Error(`system calls are known for x86-64 and arm64, not for ${name}`)
}

/** Names of the C library, by preference: glibc, then musl. */
export const libcNames = (arch: Arch): ReadonlyArray<string> => [
  "libc.so.6",
  arch === "x64" ? "libc.musl-x86_64.so.1" : "libc.musl-aarch64.so.1"
]

/** Opens the first C library that can be opened; the error is that of the last. */
export const openFirst = <Library>(names: ReadonlyArray<string>, open: (name: string) => Library): Library => {
  let last: unknown
  for (const name of names) {
    try {
      return open(name)
    } catch (error) {
      last = error
    }
  }
  throw new Error(`no C library could be opened (${names.join(", ")})`, { cause: last })
}
