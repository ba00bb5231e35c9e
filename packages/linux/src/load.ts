import { bunFfi } from "./ffi/bun.ts"
import { denoFfi } from "./ffi/deno.ts"
import type { Ffi } from "./ffi/Ffi.ts"
import { nodeFfi } from "./ffi/node.ts"
import { makeSyscalls } from "./make-syscalls.ts"
import type { Syscalls } from "./Syscalls.ts"

const ffi = (): Ffi => {
  if ("Bun" in globalThis) return bunFfi()
  if ("Deno" in globalThis) return denoFfi()
  return nodeFfi()
}

let loaded: Syscalls | undefined

/**
 * The system calls of the runtime this program runs on. Later calls return the same value.
 *
 * Throws when the runtime has no way into the C library: koffi not installed (Node), no `--allow-ffi` (Deno).
 */
export const loadSyscallsSync = (): Syscalls => (loaded ??= makeSyscalls(ffi()))

/** {@link loadSyscallsSync} for callers that want a rejection in place of an exception. */
export const loadSyscalls = async (): Promise<Syscalls> => loadSyscallsSync()
