import { SIGKILL } from "@gantry/linux/constants"
import { clearGroup } from "../supervisor/group.ts"
import { currentState, isAlive, type ProcessMark, readState } from "../supervisor/state.ts"
import { sendSignal } from "./send-signal.ts"

/** Milliseconds between looks whether a killed process has ended; the kernel tells nobody. */
const look = 5

/** Kills a process and waits until it has ended. */
export const endProcess = async (process: ProcessMark): Promise<void> => {
  sendSignal(process, SIGKILL)
  while (isAlive(process)) {
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, look))
  }
}

/**
 * Takes away what an earlier life of a container has left that nobody supervises: a start whose caller was killed before
 * anything came of it, and what outlived its supervisor although the kernel was to kill it. For who is alone with the
 * container, so that nobody else can mean to start it. What runs, and what ended in order, is not touched.
 */
export const clearEarlier = async (directory: string, group: string): Promise<void> => {
  const file = readState(directory)
  if (file?.starting === true) await endProcess(file.supervisor)
  else if (currentState(directory).status !== "lost") return
  await clearGroup(group)
}
