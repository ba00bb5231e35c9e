import type { Owner } from "@gantry/core/runtime/IdMaps"

/** What an access control list of a file begins with, and how long an entry is. Spec: linux/posix_acl_xattr.h. */
const headSize = 4
const entrySize = 8

/** Tags of the entries that name a user or a group by number. */
const user = 0x02
const group = 0x08

const isList = (name: string): boolean => name.startsWith("system.posix_acl_")

/** The attributes of a file with the users and groups of its access control lists replaced by what they are elsewhere. */
export const withOwners = (
  xattrs: ReadonlyMap<string, Uint8Array> | undefined,
  elsewhere: (owner: Owner) => Owner
): ReadonlyMap<string, Uint8Array> | undefined => {
  if (xattrs === undefined || ![...xattrs.keys()].some(isList)) return xattrs
  return new Map([...xattrs].map(([name, value]) => [name, isList(name) ? listWith(value, elsewhere) : value]))
}

const listWith = (value: Uint8Array, elsewhere: (owner: Owner) => Owner): Uint8Array => {
  const list = Uint8Array.from(value)
  const view = new DataView(list.buffer)
  for (let at = headSize; at + entrySize <= list.length; at += entrySize) {
    const tag = view.getUint16(at, true)
    if (tag !== user && tag !== group) continue
    const id = view.getUint32(at + 4, true)
    // Number 0 is somebody everywhere.
    const { gid, uid } = elsewhere(tag === user ? { uid: id, gid: 0 } : { uid: 0, gid: id })
    view.setUint32(at + 4, tag === user ? uid : gid, true)
  }
  return list
}
