/** Who a container's process runs as: numbers the kernel takes. */
export interface Identity {
  readonly uid: number
  readonly gid: number
  /** Supplementary groups with the primary one first, each once. */
  readonly groups: ReadonlyArray<number>
  readonly home: string
}

/** The user or group is in neither file and is not a number. */
export class UnknownName extends Error {}

/** Colon-separated lines of passwd(5) and group(5). Comments and short lines are skipped. */
const rows = (text: string, fields: number): ReadonlyArray<ReadonlyArray<string>> =>
  text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.trimEnd().split(":"))
    .filter((row) => row.length >= fields)

/** Highest user and group number that Docker accepts. */
const highest = 2 ** 31 - 1

const numberOf = (word: string): number | undefined => {
  if (!/^[0-9]+$/.test(word)) return undefined
  const number = Number(word)
  if (number > highest) throw new UnknownName(`${word} is not between 0 and ${highest}`)
  return number
}

/** The number in a row of a file, as far as the kernel has such numbers: what somebody else has written asks for nothing. */
const numberIn = (word = ""): number | undefined =>
  /^[0-9]+$/.test(word) && Number(word) < 2 ** 32 - 1 ? Number(word) : undefined

/**
 * Resolves `""`, `name`, `uid`, `name:group`, `uid:gid` against the text of the container's own files.
 *
 * A name wins over a number. A number that is in no file is taken as it is, with group 0 and home `/`. A group given
 * by name after the colon replaces the user's primary group and the groups the user is a member of.
 */
export const lookUp = (
  request: { readonly user: string; readonly groups: ReadonlyArray<string> },
  passwd: string,
  group: string
): Identity => {
  const colon = request.user.indexOf(":")
  const userWord = (colon < 0 ? request.user : request.user.slice(0, colon)) || "0"
  const groupWord = colon < 0 ? "" : request.user.slice(colon + 1)
  const users = rows(passwd, 6)
  const groups = rows(group, 3)

  const groupNumber = (word: string): number => {
    const row = groups.find(([name]) => name === word)
    const number = row === undefined ? numberOf(word) : numberIn(row[2])
    if (number === undefined) throw new UnknownName(`unable to find group ${word}: no matching entries in group file`)
    return number
  }

  const uidWord = numberOf(userWord)
  const user =
    users.find(([name]) => name === userWord) ??
    (uidWord === undefined ? undefined : users.find((row) => numberIn(row[2]) === uidWord))
  const uid = user === undefined ? uidWord : numberIn(user[2])
  if (uid === undefined) throw new UnknownName(`unable to find user ${userWord}: no matching entries in passwd file`)

  const gid = groupWord !== "" ? groupNumber(groupWord) : user === undefined ? 0 : numberIn(user[3])
  if (gid === undefined) throw new UnknownName(`the group of user ${userWord} is not a number in the passwd file`)
  const memberships =
    groupWord !== "" || user === undefined
      ? []
      : groups
          .filter((row) => (row[3] ?? "").split(",").includes(user[0] ?? ""))
          .map((row) => numberIn(row[2]))
          .filter((number) => number !== undefined)
  const home = user?.[5] ?? ""
  return {
    uid,
    gid,
    groups: [...new Set([gid, ...memberships, ...request.groups.map(groupNumber)])],
    home: home === "" ? "/" : home
  }
}
