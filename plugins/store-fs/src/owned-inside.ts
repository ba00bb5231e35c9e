import type { BigIntStats } from "node:fs"
import { type IdMaps, ownerInside } from "@gantry/core/runtime/IdMaps"
import { withOwners } from "./acl-owners.ts"
import type { Carried } from "./xattrs.ts"

/** What is known of a file, with the owner that it has for whoever it was written by. */
export const ownedInside = (stat: BigIntStats, owners: IdMaps | undefined): BigIntStats => {
  if (owners === undefined) return stat
  const { gid, uid } = ownerInside(owners, { uid: Number(stat.uid), gid: Number(stat.gid) })
  return Object.assign(Object.create(Object.getPrototypeOf(stat)), stat, { uid: BigInt(uid), gid: BigInt(gid) })
}

/** What a file carries, with the owners in its access control lists as whoever it was written by sees them. */
export const carriedInside = (carried: Carried, owners: IdMaps | undefined): Carried => {
  const xattrs = owners === undefined ? undefined : withOwners(carried.xattrs, (owner) => ownerInside(owners, owner))
  return xattrs === undefined ? carried : { ...carried, xattrs }
}
