import { readFileSync } from "node:fs"

/** A piece of a namespace's numbers: the first inside, the first outside, how many. */
export type IdRange = readonly [inside: number, outside: number, count: number]

/**
 * The map of a user's namespace: number 0 is the user, the others follow one another from the ranges that the file
 * gives to that user by name or number. Spec: subuid(5).
 */
export const idMap = (text: string, user: string, uid: number, own: number): ReadonlyArray<IdRange> => {
  const map: Array<IdRange> = [[0, own, 1]]
  let next = 1
  for (const line of text.split("\n")) {
    const [, name, first, count] = /^([^:]+):(\d+):(\d+)\s*$/.exec(line.trim()) ?? []
    if (name === undefined || (name !== user && name !== String(uid)) || Number(count) === 0) continue
    map.push([next, Number(first), Number(count)])
    next += Number(count)
  }
  return map
}

/** The same of the file as it is now; one that is not there gives nothing. */
export const idMapIn = (file: string, user: string, uid: number, own: number): ReadonlyArray<IdRange> => {
  try {
    return idMap(readFileSync(file, "utf8"), user, uid, own)
  } catch {
    return idMap("", user, uid, own)
  }
}
