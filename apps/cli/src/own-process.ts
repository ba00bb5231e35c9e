import { PR_SET_THP_DISABLE } from "@gantry/linux/constants"
import { bunFfi } from "@gantry/linux/ffi/bun"
import { syscallNumber } from "@gantry/linux/syscall-numbers"

/** System calls about this very process, where they are at hand at once; nothing where they are not. */
const call = (name: "exit_group" | "prctl", ...args: readonly [number, number]): void => {
  if (!("Bun" in globalThis)) return
  try {
    const { arch, call: make } = bunFfi()
    make(syscallNumber(name, arch), ...args, 0, 0, 0, 0)
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
  if (process.env["BUN_OPTIONS"] === undefined) call("exit_group", status, 0)
  return process.exit(status)
}

/**
 * From now on memory comes in pages of the usual size. The standalone program begins with huge ones, because a short
 * command spends a tenth of its time on getting thousands of small ones; what moves gigabytes would keep some 20 MB more.
 * Programs that are started from here on do the same.
 */
export const useSmallPages = (): void => call("prctl", PR_SET_THP_DISABLE, 1)
