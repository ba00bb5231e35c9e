import { loadSyscallsSync } from "@gantry/linux/load"
import { failedWith } from "@gantry/linux/SyscallError"
import { isAlive, type ProcessMark } from "../supervisor/state.ts"

/** Sends a signal to exactly the process that was marked. False when it has ended. */
export const sendSignal = (process: ProcessMark, signal: number): boolean => {
  const sys = loadSyscallsSync()
  let handle: number
  try {
    handle = sys.pidfdOpen(process.pid)
  } catch (error) {
    if (failedWith(error, "ESRCH")) return false
    throw error
  }
  try {
    // Looked at after the handle was taken: from here on the number cannot go to another process unnoticed.
    if (!isAlive(process)) return false
    sys.pidfdSendSignal(handle, signal)
    return true
  } catch (error) {
    if (failedWith(error, "ESRCH")) return false
    throw error
  } finally {
    sys.close(handle)
  }
}
