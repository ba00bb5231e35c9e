/** Reading and writing the files of a cgroup. Shared by both versions. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs"
import type { Hierarchy } from "./cgroup-layout.ts"
import type { Setting } from "./cgroup-limits.ts"
import type { Missing } from "./cgroup.ts"
import type { Syscalls } from "./Syscalls.ts"
import { SIGKILL } from "./constants.ts"
import { failedWith } from "./SyscallError.ts"

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : String(error)

/** Why a file operation failed, in a few words. */
const reasonOf = (error: unknown, file: string): string => {
  switch (codeOf(error)) {
    case "ENOENT":
      return `${file} does not exist`
    case "EROFS":
      return `${file} is read-only`
    case "EACCES":
    case "EPERM":
      return `no permission for ${file}`
    default:
      return `${file}: ${codeOf(error)}`
  }
}

/** Does something to a file. On failure says which feature is missing. */
export const attempt = (feature: string, file: string, action: () => void): ReadonlyArray<Missing> => {
  try {
    action()
    return []
  } catch (error) {
    return [{ feature, reason: reasonOf(error, file) }]
  }
}

/** Writes a value into an existing file. The kernel takes it or refuses it as a whole. */
export const write = (feature: string, file: string, value: string): ReadonlyArray<Missing> =>
  attempt(feature, file, () => writeFileSync(file, value, { flag: "r+" }))

/** Writes a setting into the directory of a group, in the form that this kernel has. */
export const writeSetting = (directory: string, { feature, file, otherwise, value }: Setting): ReadonlyArray<Missing> =>
  otherwise !== undefined && !existsSync(`${directory}/${file}`)
    ? write(feature, `${directory}/${otherwise.file}`, otherwise.value)
    : write(feature, `${directory}/${file}`, value)

/** Moves this process into the group it is in: the kernel prepares for a move and then finds nothing to do. */
export const stayInGroup = (hierarchy: Hierarchy): void => {
  const processes = ownProcesses(hierarchy)
  if (processes !== undefined) write("control groups", processes, "0")
}

/** The directory of the group that this process is in. */
export const ownDirectory = ({ mountPoint, own }: Hierarchy): string | undefined =>
  own === undefined ? undefined : own === "/" ? mountPoint : `${mountPoint}${own}`

/** The list of processes of the group that this process is in. Who writes 0 to it stays in the group. */
export const ownProcesses = (hierarchy: Hierarchy): string | undefined => {
  const directory = ownDirectory(hierarchy)
  return directory === undefined ? undefined : `${directory}/cgroup.procs`
}

/** The text of a file without its last newline; undefined when it cannot be read. */
export const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, "utf8").trimEnd()
  } catch {
    return undefined
  }
}

/** The number in a file; undefined when there is none. */
export const readNumber = (file: string): number | undefined => {
  const text = read(file)
  return text === undefined || !/^-?\d+$/.test(text) ? undefined : Number(text)
}

/** The number behind a word in a file of `word number` lines. */
export const readCount = (file: string, word: string): number | undefined => {
  const found = read(file)
    ?.split("\n")
    .map((line) => line.split(" "))
    .find(([first]) => first === word)?.[1]
  return found === undefined ? undefined : Number(found)
}

/** The directories of a path, from the first below `top` to the last: `/top/a`, `/top/a/b`. */
export const steps = (top: string, path: string): ReadonlyArray<string> => {
  const names = path.split("/").filter((name) => name !== "")
  return names.map((_, index) => [top, ...names.slice(0, index + 1)].join("/"))
}

/** Makes one directory; one that is there already is fine. */
export const makeDirectory = (directory: string): void => {
  try {
    mkdirSync(directory, 0o755)
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error
  }
}

/** Whether a directory is there. */
export const exists = existsSync

const below = (directory: string): ReadonlyArray<string> => {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${directory}/${entry.name}`)
  } catch {
    return []
  }
}

/** The processes of a directory and of those below it. */
export const pidsIn = (directory: string): ReadonlyArray<number> => [
  ...(read(`${directory}/cgroup.procs`) ?? "")
    .split("\n")
    .filter((line) => line !== "")
    .map(Number),
  ...below(directory).flatMap(pidsIn)
]

/** Removes a directory and those below it. False while one is in use. Never removes a file. */
export const removeTree = (directory: string): boolean => {
  const children = below(directory).map(removeTree)
  if (children.includes(false)) return false
  try {
    rmdirSync(directory)
    return true
  } catch (error) {
    return codeOf(error) === "ENOENT"
  }
}

/** Sends SIGKILL to all; one that has ended meanwhile is fine. Returns how many there were. */
export const killEach = (sys: Syscalls, pids: Iterable<number>): number => {
  let count = 0
  for (const pid of pids) {
    // 0 stands for a process that this pid namespace cannot see; kill(2) would take it for our own group.
    if (pid <= 0) continue
    count += 1
    try {
      sys.kill(pid, SIGKILL)
    } catch (error) {
      if (!failedWith(error, "ESRCH")) throw error
    }
  }
  return count
}
