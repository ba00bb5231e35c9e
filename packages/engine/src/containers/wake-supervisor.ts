import { SIGCONT } from "@gantry/linux/constants"
import { isStopped } from "@gantry/linux/process-identity"
import { readState } from "../supervisor/state.ts"
import { sendSignal } from "./send-signal.ts"

/**
 * Has the supervisor of a container go on that somebody has stopped with SIGSTOP: it would answer nobody, and would not
 * notice that its container has ended.
 */
export const wakeSupervisor = (directory: string): void => {
  const file = readState(directory)
  if (file !== undefined && isStopped(file.supervisor)) sendSignal(file.supervisor, SIGCONT)
}
