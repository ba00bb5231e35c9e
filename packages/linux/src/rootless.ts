import { readFileSync } from "node:fs"

/** What a process knows that an ordinary user started, and that is root of a user namespace of that user's. */
export interface Rootless {
  /** Who it is outside of the namespace. */
  readonly uid: number
  readonly gid: number
  /** The process that holds the namespace, and the network in which the user's containers meet. */
  readonly holder: number
  /** What the user called the program: `docker` through a link of that name. */
  readonly program: "docker" | "gantry"
  /** How many users there are in the namespace, from number 0 on. */
  readonly users: number
  /** The namespace has the user's own number and no other: no file and no process of it can belong to anybody else. */
  readonly single: boolean
}

/** The variable that tells a process so: `<uid>:<gid>:<holder>:<program>`. Who is root of the host does not heed it. */
export const rootlessVariable = "GANTRY_ROOTLESS"

/** The variable's value. */
export const rootlessValue = ({ gid, holder, program, uid }: Omit<Rootless, "single" | "users">): string =>
  `${uid}:${gid}:${holder}:${program}`

/**
 * What the variable says, held against the namespace's own map of users. Undefined when number 0 is not that user:
 * somebody has set the variable for a program of the host's root.
 * Spec: user_namespaces(7), "User and group ID mappings".
 */
export const rootlessFrom = (value: string, uidMap: string): Rootless | undefined => {
  const [uid, gid, holder] = value.split(":").slice(0, 3).map(Number)
  if (uid === undefined || gid === undefined || holder === undefined) return undefined
  if (![uid, gid, holder].every((each) => Number.isSafeInteger(each) && each >= 0)) return undefined
  const ranges = uidMap
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
  const own = ranges.find(([inside]) => inside === 0)
  if (uid === 0 || own?.[1] !== uid) return undefined
  const program = value.endsWith(":docker") ? "docker" : "gantry"
  const users = ranges.reduce((sum, [, , count = 0]) => sum + count, 0)
  return { uid, gid, holder, program, users, single: users === 1 }
}

let known: { readonly value: Rootless | undefined } | undefined

/** Whether this process serves an ordinary user, in that user's namespace. Costs the host's root nothing but the look at a variable. */
export const rootless = (): Rootless | undefined => {
  if (known !== undefined) return known.value
  const value = process.env[rootlessVariable]
  known = { value: value === undefined ? undefined : rootlessFrom(value, readFileSync("/proc/self/uid_map", "utf8")) }
  return known.value
}

/** The variables that a process has to be given to know so as well, where it does not inherit them. */
export const rootlessVariables = (): { readonly [name: string]: string } => {
  const here = rootless()
  return here === undefined ? {} : { [rootlessVariable]: rootlessValue(here) }
}

/**
 * Whom a file is given to that is meant for these: in a namespace with one number everything belongs to it. Throws when
 * the namespace has some numbers and not this one.
 */
export const ownerHere = (uid: number, gid: number): readonly [uid: number, gid: number] => {
  const here = rootless()
  if (here?.single === true) return [0, 0]
  if (here !== undefined && Math.max(uid, gid) >= here.users) {
    const most = `this user has numbers below ${here.users} only`
    throw new Error(`it belongs to ${uid}:${gid}, and ${most}; gantry doctor says how to have more`)
  }
  return [uid, gid]
}
