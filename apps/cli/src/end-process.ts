import { bunFfi } from "@gantry/linux/ffi/bun"
import { syscallNumber } from "@gantry/linux/syscall-numbers"

/** Ends at once where the call is at hand; does nothing where it is not. */
const exitGroup = (status: number): void => {
  if (!("Bun" in globalThis)) return
  try {
    const { arch, call } = bunFfi()
    call(syscallNumber("exit_group", arch), status, 0, 0, 0, 0, 0)
  } catch {
    // A system without the C library that is known: Bun does what it does by itself.
  }
}

/**
 * Ends this process. Nothing may be left to write.
 *
 * Bun closes databases before it ends. That waits for the disk twice, and twice more in the next command, which has to
 * make the log anew that was thrown away; a log that is left is as safe, and is read when the file is opened next.
 * Profiles, too, are written by Bun when it ends: whoever asks for one (`BUN_OPTIONS=--cpu-prof`) gets it.
 */
export const endProcess = (status: number): never => {
  if (process.env["BUN_OPTIONS"] === undefined) exitGroup(status)
  return process.exit(status)
}
