import { type IdMaps, type IdRange, outsideOf, type Owner } from "@gantry/core/runtime/IdMaps"

/** Numbers of owners as somebody wants them to be seen, for users or for groups. */
export interface WishedRanges {
  readonly ranges: ReadonlyArray<IdRange>
  /** What is outside is named as the container's own namespace of users counts. */
  readonly relative: boolean
}

/**
 * How the owners of a mount's files are to be seen. `fitting`: so that the container sees the owners that the files
 * have, or, where it has no namespace of users of its own, its user as the owner of the mount. What nothing is said of
 * keeps its number.
 */
export type IdMapWish =
  | { readonly type: "fitting" }
  | { readonly type: "given"; readonly uids?: WishedRanges; readonly gids?: WishedRanges }

/** All numbers that the kernel has for users: the last one means nobody at all. */
export const allIds = 4_294_967_295

const everyId: IdRange = { inside: 0, outside: 0, count: allIds }

/**
 * Makes one number stand for another and leaves all others as they are, except for the two that would then stand twice:
 * those stand for nobody.
 */
export const exchanged = (inside: number, outside: number): ReadonlyArray<IdRange> => {
  if (inside === outside) return [everyId]
  const [low, high] = inside < outside ? [inside, outside] : [outside, inside]
  const kept = [
    [0, low],
    [low + 1, high],
    [high + 1, allIds]
  ] as const
  return [
    { inside, outside, count: 1 },
    ...kept.flatMap(([from, to]) => (to > from ? [{ inside: from, outside: from, count: to - from }] : []))
  ]
}

/** What decides what a wish comes to. */
export interface IdMapInput {
  /** The container's own namespace of users, if it has one. */
  readonly users: IdMaps | undefined
  /** Whom what is mounted belongs to. */
  readonly source: Owner
  /** Whom the container's process belongs to, as it sees itself. */
  readonly user: Owner
}

/** The map of a mount; why there is none, as a sentence. */
export const idMapOf = (wish: IdMapWish, { source, user, users }: IdMapInput): IdMaps | string => {
  if (wish.type === "fitting") {
    return users ?? { uids: exchanged(source.uid, user.uid), gids: exchanged(source.gid, user.gid) }
  }
  const uids = rangesOf(wish.uids, users?.uids)
  const gids = rangesOf(wish.gids, users?.gids)
  if (typeof uids === "string") return uids
  return typeof gids === "string" ? gids : { uids, gids }
}

const rangesOf = (
  wish: WishedRanges | undefined,
  users: ReadonlyArray<IdRange> | undefined
): ReadonlyArray<IdRange> | string => {
  if (wish === undefined) return [everyId]
  if (!wish.relative || users === undefined) return wish.ranges
  const placed: Array<IdRange> = []
  for (const range of wish.ranges) {
    const first = outsideOf(users, range.outside)
    const last = outsideOf(users, range.outside + range.count - 1)
    if (first === undefined || last !== first + range.count - 1) {
      return `the container does not have the numbers ${range.outside} to ${range.outside + range.count - 1} in one piece`
    }
    placed.push({ ...range, outside: first })
  }
  return placed
}

/** A map in the notation of `-v`. */
export const idMapText = ({ gids, uids }: IdMaps): string => {
  const text = (ranges: ReadonlyArray<IdRange>) =>
    ranges.map(({ count, inside, outside }) => `${inside}-${outside}-${count}`).join("#")
  return `idmap=uids=${text(uids)};gids=${text(gids)}`
}
