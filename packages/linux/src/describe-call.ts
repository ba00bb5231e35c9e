/** Calls as short readable text: for error messages and for the recording double. */

import { AT_FDCWD, AT_RECURSIVE } from "./constants.ts"
import { namedConstants } from "./named-constants.ts"
import type { Syscalls } from "./Syscalls.ts"

const hex = (value: number | bigint) => `0x${value.toString(16)}`

/**
 * Flags by name, joined by `|`; what has no name is appended in hexadecimal.
 *
 * `prefix` says which family of constants applies, such as `MS_`.
 */
export const flagNames = (prefix: string, value: number): string => {
  let rest = value
  const names: Array<string> = []
  for (const [name, bit] of Object.entries(namedConstants())) {
    // Flags above bit 30 would be negative in bitwise operators; none of the families has one.
    if (name.startsWith(prefix) && bit !== 0 && (rest & bit) === bit) {
      names.push(name)
      rest &= ~bit
    }
  }
  if (rest !== 0) names.push(hex(rest >>> 0))
  return names.length === 0 ? "0" : names.join("|")
}

/** The name of a number that is one of a family, such as `PR_SET_DUMPABLE`, or the number. */
const oneOf = (prefix: string, value: number): string =>
  Object.entries(namedConstants()).find(([name, each]) => name.startsWith(prefix) && each === value)?.[0] ??
  String(value)

const longest = 200

const quote = (text: string) => JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text)

const shown = (value: unknown): string => {
  if (value === null || value === undefined) return "null"
  if (typeof value === "string") return quote(value)
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`
  if (typeof value === "object") {
    return `{ ${Object.entries(value)
      .map(([key, each]) => `${key}: ${typeof each === "bigint" ? hex(each) : shown(each)}`)
      .join(", ")} }`
  }
  return String(value)
}

/** A kernel string that came as bytes is shown as the text it most likely is; what holds zeros is none. */
const text = (value: unknown): string =>
  value instanceof Uint8Array && !value.includes(0) ? quote(new TextDecoder().decode(value)) : shown(value)

const directory = (fd: number) => (fd === AT_FDCWD ? "AT_FDCWD" : String(fd))

/** The arguments of a call, by the name it has in {@link Syscalls}. What is not listed is shown as it is. */
const special: { readonly [Name in keyof Syscalls]?: (...args: Parameters<Syscalls[Name]>) => string } = {
  mount: (source, target, fstype, flags, data) =>
    `${text(source)}, ${text(target)}, ${shown(fstype)}, ${flagNames("MS_", flags)}, ${text(data)}`,
  umount2: (target, flags) => `${text(target)}, ${flagNames("MNT_", flags)}`,
  openTree: (dirfd, path, flags) =>
    `${directory(dirfd)}, ${text(path)}, ${flagNames("OPEN_TREE_CLONE", flags & 1)}${flags & AT_RECURSIVE ? "|AT_RECURSIVE" : ""}`,
  moveMount: (fromFd, from, toFd, to, flags) =>
    `${directory(fromFd)}, ${text(from)}, ${directory(toFd)}, ${text(to)}, ${flagNames("MOVE_MOUNT_", flags)}`,
  mountSetattr: (dirfd, path, flags, attributes) =>
    `${directory(dirfd)}, ${text(path)}, ${flagNames("AT_", flags)}, { ${[
      `set: ${flagNames("MOUNT_ATTR_", attributes.attrSet ?? 0)}`,
      `clear: ${flagNames("MOUNT_ATTR_", attributes.attrClr ?? 0)}`,
      `propagation: ${flagNames("MS_", attributes.propagation ?? 0)}`
    ].join(", ")} }`,
  fsconfig: (fd, command, key, value, aux) =>
    `${fd}, ${oneOf("FSCONFIG_", command)}, ${shown(key)}, ${text(value)}, ${aux}`,
  unshare: (flags) => flagNames("CLONE_", flags),
  setns: (fd, type) => `${fd}, ${flagNames("CLONE_", type)}`,
  umask: (mask) => mask.toString(8).padStart(4, "0"),
  prctl: (option, ...rest) => [oneOf("PR_", option), ...rest].join(", "),
  getrlimit: (resource) => oneOf("RLIMIT_", resource),
  setrlimit: (resource, { soft, hard }) => `${oneOf("RLIMIT_", resource)}, ${soft}, ${hard}`,
  prlimit: (pid, resource, limit) =>
    `${pid}, ${oneOf("RLIMIT_", resource)}, ${limit === null ? "null" : `${limit.soft}, ${limit.hard}`}`,
  seccomp: (program) => `${program.length / 8} instructions`,
  execve: (path, argv, env) => `${text(path)}, ${shown(argv)}, ${env.length} variables`,
  open: (path, flags, mode = 0) => `${text(path)}, ${flagNames("O_", flags)}, ${mode.toString(8).padStart(4, "0")}`,
  openat2: (dirfd, path, { flags, resolve = 0 }) =>
    `${directory(dirfd)}, ${text(path)}, ${flagNames("O_", flags)}, ${flagNames("RESOLVE_", resolve)}`,
  ioctl: (fd, request, argument) => `${fd}, ${oneOf("T", request)}, ${shown(argument)}`,
  flock: (fd, operation) => `${fd}, ${flagNames("LOCK_", operation)}`,
  mknod: (path, mode, major, minor) => `${text(path)}, ${mode.toString(8).padStart(7, "0")}, ${major}:${minor}`,
  lsetxattr: (path, name, value) => `${text(path)}, ${text(name)}, ${value.length} bytes`
}

/** The arguments of one call, without the parentheses. */
export const describeArguments = <Name extends keyof Syscalls>(
  name: Name,
  args: Parameters<Syscalls[Name]>
): string => {
  const describe = special[name]
  return describe === undefined ? args.map(text).join(", ") : describe(...args)
}
