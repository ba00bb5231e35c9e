import { statSync } from "node:fs"
import { loadSyscallsSync } from "@gantry/linux/load"
import { isAlive } from "@gantry/linux/process-identity"
import { userName } from "../user-name.ts"
import { findProcess, forgetWhenAlone, hasOneNumber, type Holder, madeAt, namespacesOf } from "./holder-file.ts"
import { idMapIn } from "./id-map.ts"

/** Whether a user whose holder has one number alone has been given a range since that was made. */
export const isOutgrown = (run: string, holder: number, uid: number): boolean =>
  hasOneNumber(holder) &&
  ["/etc/subuid", "/etc/subgid"].some((file) => changedAt(file) > madeAt(run)) &&
  idMapIn("/etc/subuid", userName(uid), uid, uid).length > 1

/**
 * Ends a holder unless something else is in its namespaces; says whether it has ended. To be called with the lock of
 * those who make and end holders.
 */
export const endWhenAlone = (run: string, holder: Holder): boolean => {
  const sys = loadSyscallsSync()
  const isAlone = () =>
    findProcess((other) => other !== holder.pid && namespacesOf(other).user === holder.namespaces.user) === undefined
  if (!isAlone() || !forgetWhenAlone(run, holder, isAlone)) return false
  process.kill(holder.pid, "SIGKILL")
  while (isAlive(holder)) sys.poll([], 5)
  return true
}

const changedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
