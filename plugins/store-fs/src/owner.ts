import { type Digest, hexOf } from "@gantry/core/image/Digest"
import { bootId, identify, isAlive } from "@gantry/linux/process-identity"

/**
 * Which process made something that must not outlive it: `<boot>-<pid>-<start>`, with the first eight characters of the
 * kernel's boot id and the start time in clock ticks, so that neither a reused pid nor a reboot revives an owner.
 */
export type Owner = string

let self: Owner | undefined
let count = 0

/** This process. */
export const ownSelf = (): Owner => {
  if (self === undefined) {
    const { pid, startTime } = identify("self") ?? { pid: 0, startTime: 0 }
    self = `${bootId().slice(0, 8)}-${pid}-${startTime}`
  }
  return self
}

/** A name that nobody else makes: the owner, and a number. */
export const ownName = (): string => `${ownSelf()}-${count++}`

/** Whether the process that a name begins with still runs. A name that begins with no owner has none. */
export const isOwned = (name: string): boolean => {
  const [ofBoot, pid, start] = name.split("-")
  if (ofBoot !== bootId().slice(0, 8) || pid === undefined || !/^\d+$/.test(pid)) return false
  return isAlive({ pid: Number(pid), startTime: Number(start) })
}

/** The beginning of a blob that is being fetched: it belongs to no process, because a later one goes on with it. */
export const partialName = (digest: Digest): string => `partial-${hexOf(digest)}`

/** Whether a name is that of a beginning. */
export const isPartial = (name: string): boolean => /^partial-[0-9a-f]{64}$/.test(name)
