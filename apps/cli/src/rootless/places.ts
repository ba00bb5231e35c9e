import { lstatSync, mkdirSync } from "node:fs"
import { dirname } from "node:path"
import { reasonOf } from "@gantry/engine/file-problem"
import { lookAt } from "../look-at.ts"
import type { Environment } from "../settings.ts"
import { HolderRefused } from "./HolderRefused.ts"
import { loginDirectory, userRun } from "./user-run.ts"

/** The variables of a user, without a runtime directory that is not there for that user: `su` hands on the one of another login. */
export const withoutLostPlaces = (env: Environment): Environment => {
  const { [loginDirectory]: given, ...rest } = env
  if (given === undefined) return env
  // Nor is it for who may not look, or where a link leads to nothing.
  return lookAt(given).stat?.isDirectory() === true ? env : rest
}

/** Makes the user's directory, for its owner alone. What is somebody else's is refused: everybody may make names in `/tmp`. */
export const makeUserRun = (env: Environment, uid: number): string => {
  const run = userRun(env, uid)
  const steps = (env[loginDirectory] ?? "") === "" ? [dirname(run), run] : [run]
  for (const step of steps) {
    try {
      mkdirSync(step, { recursive: true, mode: 0o700 })
    } catch (cause) {
      throw new HolderRefused(
        `cannot keep sockets in ${step}`,
        reasonOf(cause),
        `remove what is there, or set ${loginDirectory} to a directory of your own`
      )
    }
    const stat = lstatSync(step)
    if (stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0) continue
    throw new HolderRefused(
      `cannot keep sockets in ${step}`,
      "it does not belong to this user alone",
      `remove it, or set ${loginDirectory} to a directory of your own`
    )
  }
  return run
}
