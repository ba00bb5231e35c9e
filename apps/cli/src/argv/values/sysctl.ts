import { bad, good, type Result } from "../Result.ts"
import { keyAndValue } from "./csv.ts"

/** A kernel parameter that belongs to one of the container's own namespaces. */
export interface Sysctl {
  readonly name: string
  readonly value: string
}

/** Parameters of the IPC namespace; those of the network namespace begin with `net.`. Spec: namespaces(7). */
const ofIpc = new Set(
  ["msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced"].map((each) => `kernel.${each}`)
)

/** Reads one value of `--sysctl`, and refuses what would change the host. */
export const parseSysctl = (text: string): Result<Sysctl> => {
  const [name, value] = keyAndValue(text)
  const own = ofIpc.has(name) || /^(?:net|fs\.mqueue)\.[\w.*/-]+$/.test(name)
  return own && value !== undefined && !name.includes("..")
    ? good({ name, value })
    : bad(`sysctl '${text}' is not allowed`)
}
