import { rmSync, symlinkSync } from "node:fs"
import { dirname, join } from "node:path"
import { isAlive, readState } from "./state.ts"

/** Where a container that shares another one's network finds it, in its own directory: a link that each start makes anew. */
export const sharedNetworkPath = (directory: string): string => join(directory, "network")

/**
 * Has that link lead to the network of another container's process, which has another number after each of its starts.
 * Returns why not, in Docker's words, when it does not run.
 */
export const pointAtNetwork = (directory: string, container: string): string | undefined => {
  const process = readState(join(dirname(directory), container))?.process
  if (process === undefined || !isAlive(process)) return `cannot join network of a non running container: ${container}`
  rmSync(sharedNetworkPath(directory), { force: true })
  symlinkSync(`/proc/${process.pid}/ns/net`, sharedNetworkPath(directory))
  return undefined
}
