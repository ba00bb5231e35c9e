import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"

/**
 * The login name of a user; the number when the user has none. In Bun `os.userInfo` tells what the variable USER says,
 * which may be missing or mean somebody else. Users that are in no file of this machine, as with LDAP, are asked for by
 * id(1).
 */
export const userName = (uid: number): string => nameInFile(uid) ?? nameElsewhere(uid) ?? String(uid)

/** Spec: passwd(5). */
const nameInFile = (uid: number): string | undefined => {
  try {
    const lines = readFileSync("/etc/passwd", "utf8").split("\n")
    return lines.map((line) => line.split(":")).find((fields) => fields[2] === String(uid))?.[0]
  } catch {
    return undefined
  }
}

const nameElsewhere = (uid: number): string | undefined => {
  const { status, stdout } = spawnSync("id", ["-un", String(uid)], { encoding: "utf8" })
  return status === 0 ? stdout.trim() : undefined
}
