import { posix } from "node:path"
import { bad, good, type Result } from "../Result.ts"
import { keyAndValue } from "./csv.ts"

/** One value of `--tmpfs`. */
export interface TmpfsSpec {
  /** Absolute. */
  readonly target: string
  /** Words without a value, such as `noexec`. */
  readonly flags: ReadonlyArray<string>
  /** Settings as the kernel reads them, such as `size=64m` and `mode=1777`. */
  readonly data: Readonly<Record<string, string>>
}

const flagWords = new Set(
  (
    "ro rw exec noexec suid nosuid dev nodev sync async dirsync mand nomand atime noatime diratime nodiratime " +
    "relatime norelatime strictatime nostrictatime private rprivate shared rshared slave rslave"
  ).split(" ")
)

const dataForms: Readonly<Record<string, RegExp>> = {
  size: /^\d+[kmg%]?$/i,
  nr_blocks: /^\d+[kmg]?$/i,
  nr_inodes: /^\d+[kmg]?$/i,
  mode: /^[0-7]{1,4}$/,
  uid: /^\d+$/,
  gid: /^\d+$/,
  mpol: /^[\w:,=-]+$/
}

/** Reads `path[:option,option=value]`. Spec: tmpfs(5). */
export const parseTmpfs = (text: string): Result<TmpfsSpec> => {
  const colon = text.indexOf(":")
  const target = colon === -1 ? text : text.slice(0, colon)
  if (!posix.isAbsolute(target)) return bad(`invalid mount path: '${target}' mount path must be absolute`)
  if (posix.normalize(target) === "/") return bad("destination can't be '/'")
  const words =
    colon === -1
      ? []
      : text
          .slice(colon + 1)
          .split(",")
          .filter((word) => word !== "")
  const flags: Array<string> = []
  const data: Record<string, string> = {}
  for (const word of words) {
    const [key, value] = keyAndValue(word)
    if (value === undefined && flagWords.has(key)) flags.push(key)
    else if (value !== undefined && Object.hasOwn(dataForms, key) && dataForms[key]?.test(value) === true)
      data[key] = value
    else return bad(`invalid tmpfs option ${JSON.stringify(word)}`)
  }
  return good({ target: posix.normalize(target), flags, data })
}
