import { type IdMaps, type Owner, ownerOutside } from "@gantry/core/runtime/IdMaps"
import type { TarEntry } from "@gantry/core/tree/tar-read"
import { Refused } from "./Refused.ts"

/** What a Linux kernel can hold: -1 means "no change" to chown, and device numbers have 12 and 20 bits. */
const idLimit = 0xfffffffe
const majorLimit = 0xfff
const minorLimit = 0xfffff

/** Refuses owners that nobody is: they would end as somebody else's, root's among them. */
export const checkOwner = ({ gid, name, uid }: TarEntry): void => {
  if (uid > idLimit || gid > idLimit) throw new Refused(name, `nobody has the number ${uid}:${gid}`)
}

/** Refuses devices that would end as others, and the one that overlayfs reads as a whiteout. */
export const checkDevice = ({ major, minor, name, type }: TarEntry): void => {
  if (major > majorLimit || minor > minorLimit) throw new Refused(name, `no device has the number ${major}:${minor}`)
  if (type === "char" && major === 0 && minor === 0) throw new Refused(name, "it is the device 0:0")
}

/** Whom something of an archive belongs to where it is put. */
export const ownerIn = (path: string, { gid, uid }: Owner, owners: IdMaps | undefined): Owner => {
  if (owners === undefined) return { uid, gid }
  try {
    return ownerOutside(owners, { uid, gid })
  } catch (cause) {
    throw new Refused(path, cause instanceof Error ? cause.message : String(cause))
  }
}
