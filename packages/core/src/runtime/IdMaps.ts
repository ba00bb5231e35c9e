/** Numbers of users or groups that follow one another, as a namespace of users has them. Spec: user_namespaces(7). */
export interface IdRange {
  /** The first number in the namespace. */
  readonly inside: number
  /** The first number outside of it, as whoever makes the namespace counts. */
  readonly outside: number
  readonly count: number
}

/** Which numbers of a namespace of users stand for which outside. No number stands twice on either side. */
export interface IdMaps {
  readonly uids: ReadonlyArray<IdRange>
  readonly gids: ReadonlyArray<IdRange>
}

/** Whom something belongs to. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** What a number in the namespace is outside; undefined when it is nothing there. */
export const outsideOf = (ranges: ReadonlyArray<IdRange>, id: number): number | undefined => {
  const range = ranges.find(({ count, inside }) => id >= inside && id < inside + count)
  return range === undefined ? undefined : range.outside + id - range.inside
}

/** The same the other way round. */
export const insideOf = (ranges: ReadonlyArray<IdRange>, id: number): number | undefined =>
  outsideOf(ranges.map(turned), id)

const turned = ({ count, inside, outside }: IdRange): IdRange => ({ inside: outside, outside: inside, count })

/** What ranges make of numbers that others have been made of: those of `after`, for what is outside of `first`. */
const composed = (first: ReadonlyArray<IdRange>, after: ReadonlyArray<IdRange>): ReadonlyArray<IdRange> =>
  first.flatMap((one) =>
    after.flatMap((other) => {
      const from = Math.max(one.outside, other.inside)
      const to = Math.min(one.outside + one.count, other.inside + other.count)
      if (from >= to) return []
      return [
        { inside: one.inside + from - one.outside, outside: other.outside + from - other.inside, count: to - from }
      ]
    })
  )

/**
 * The maps of files that are seen through one namespace of users, for another one to see them the same way; what the host
 * sees where there is no namespace.
 */
export const seenFrom = (maps: IdMaps, before: IdMaps | undefined, now: IdMaps | undefined): IdMaps => {
  const kindOf = (kind: keyof IdMaps): ReadonlyArray<IdRange> => {
    const plain = before === undefined ? maps[kind] : composed(maps[kind], before[kind].map(turned))
    return now === undefined ? plain : composed(plain, now[kind])
  }
  return { uids: kindOf("uids"), gids: kindOf("gids") }
}

/** Whose a number is that the namespace has no name for, as its own processes see it. Spec: user_namespaces(7), "Unmapped user and group IDs". */
export const nobody = 65_534

/** Whom something belongs to, as the namespace sees it. */
export const ownerInside = ({ gids, uids }: IdMaps, { gid, uid }: Owner): Owner => ({
  uid: insideOf(uids, uid) ?? nobody,
  gid: insideOf(gids, gid) ?? nobody
})

/**
 * Whom something belongs to outside that belongs to somebody of the namespace. Throws when nobody outside stands for
 * that one.
 */
export const ownerOutside = ({ gids, uids }: IdMaps, { gid, uid }: Owner): Owner => {
  const owner = { uid: outsideOf(uids, uid), gid: outsideOf(gids, gid) }
  if (owner.uid === undefined || owner.gid === undefined) {
    throw new Error(
      `it belongs to ${uid}:${gid}, and the container has no such ${owner.uid === undefined ? "user" : "group"}`
    )
  }
  return { uid: owner.uid, gid: owner.gid }
}
