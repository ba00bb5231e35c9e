/** A numeric owner. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** Contents of a tree's account files; empty text where there is none. */
export interface AccountFiles {
  readonly passwd: string
  readonly group: string
}

const fields = (file: string): ReadonlyArray<ReadonlyArray<string>> =>
  file
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(":"))

const number = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined)

/**
 * Looks up `user[:group]`, names or numbers, in a tree's own account files; returns the owner, or the word that is not
 * there. A number alone is user and group alike, as `--chown` has it; a name alone takes the user's primary group.
 */
export const ownerOf = (text: string, { group, passwd }: AccountFiles): Owner | { readonly unknown: string } => {
  const [userText = "", groupText] = text.split(":", 2)
  const users = fields(passwd)
  const uid = number(userText)
  const user = users.find(([name]) => name === userText)
  if (uid === undefined && user === undefined) return { unknown: `user ${JSON.stringify(userText)}` }
  const foundUid = user === undefined ? uid : number(user[2] ?? "")
  if (foundUid === undefined) return { unknown: `user ${JSON.stringify(userText)}` }
  if (groupText === undefined || groupText === "") {
    return { uid: foundUid, gid: (user === undefined ? undefined : number(user[3] ?? "")) ?? foundUid }
  }
  const foundGid = number(fields(group).find(([name]) => name === groupText)?.[2] ?? "") ?? number(groupText)
  return foundGid === undefined ? { unknown: `group ${JSON.stringify(groupText)}` } : { uid: foundUid, gid: foundGid }
}
