import type { IdMaps, IdRange, Owner } from "@gantry/core/runtime/IdMaps"

/** Whose namespace of users a container is to have. `typed`: the whole value of the option. */
export type UsersWish =
  | { readonly type: "host"; readonly typed: string }
  /** Its own, in which the caller is who it is outside, or whom the numbers say. */
  | { readonly type: "keep-id"; readonly uid?: number; readonly gid?: number; readonly typed: string }
  /** Its own, with numbers that no other container has. */
  | { readonly type: "auto"; readonly size?: number; readonly typed: string }

/** How many numbers a container gets that asks for some of its own. Spec: subuid(5), as many as a user usually has. */
export const usualSize = 65_536

/**
 * Numbers of an ordinary user's container in which one number is that user, who is number 0 outside. The others are those
 * of the user's range, in order; `size`: how many there are with the user.
 */
export const keptIds = (size: number, own: number): ReadonlyArray<IdRange> => {
  const below = Math.min(own, size - 1)
  const above = size - 1 - below
  return [
    ...(below === 0 ? [] : [{ inside: 0, outside: 1, count: below }]),
    { inside: own, outside: 0, count: 1 },
    ...(above === 0 ? [] : [{ inside: own + 1, outside: below + 1, count: above }])
  ]
}

/** Lines of /etc/subuid that give numbers to a user: where they begin, and how many there are. Spec: subuid(5). */
export const rangesFor = (
  text: string,
  user: string
): ReadonlyArray<{ readonly first: number; readonly count: number }> =>
  text.split("\n").flatMap((line) => {
    const [, name, first, count] = /^([^:]+):(\d+):(\d+)\s*$/.exec(line.trim()) ?? []
    return name === user ? [{ first: Number(first), count: Number(count) }] : []
  })

/** The first numbers of the ranges, so many in one piece, that nobody has; undefined when there are none. */
export const freeIds = (
  ranges: ReturnType<typeof rangesFor>,
  taken: ReadonlyArray<IdRange>,
  size: number
): ReadonlyArray<IdRange> | undefined => {
  for (const { count, first } of ranges) {
    const inOrder = taken.toSorted((a, b) => a.outside - b.outside)
    let at = first
    for (const each of inOrder) {
      if (each.outside >= at + size) break
      if (each.outside + each.count > at) at = each.outside + each.count
    }
    if (at + size <= first + count) return [{ inside: 0, outside: at, count: size }]
  }
  return undefined
}

/** Whose numbers a container has, and whom it runs as unless something else is said. */
export interface OwnUsers {
  readonly users: IdMaps
  /** The caller, as the container sees it; absent where the image says who runs. */
  readonly caller?: Owner & { readonly name: string }
}
