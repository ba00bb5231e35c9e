import { bad, good, type Result } from "../Result.ts"

/** Who runs the command: names or numbers, looked up inside the container. */
export interface UserSpec {
  readonly user: string
  /** When missing, the user's own group and supplementary groups count. */
  readonly group?: string
}

/** Reads `--user`: `<name|uid>[:<group|gid>]`. Nothing before the colon means root. */
export const parseUser = (text: string): Result<UserSpec> => {
  const [user = "", group, ...more] = text.split(":")
  if (more.length > 0 || text === "" || text === ":") return bad(`invalid user: ${JSON.stringify(text)}`)
  return good({ user: user === "" ? "0" : user, ...(group === undefined || group === "" ? {} : { group }) })
}
