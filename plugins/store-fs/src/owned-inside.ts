import type { BigIntStats } from "node:fs"
import { type IdMaps, ownerInside } from "@gantry/core/runtime/IdMaps"

/** What is known of a file, with the owner that it has for whoever it was written by. */
export const ownedInside = (stat: BigIntStats, owners: IdMaps | undefined): BigIntStats => {
  if (owners === undefined) return stat
  const { gid, uid } = ownerInside(owners, { uid: Number(stat.uid), gid: Number(stat.gid) })
  return Object.assign(Object.create(Object.getPrototypeOf(stat)), stat, { uid: BigInt(uid), gid: BigInt(gid) })
}
