import type { NamespaceChoice } from "@gantry/core/runtime/ContainerSpec"
import type { NamespaceWish } from "@gantry/engine/containers/RunOptions"
import { bad, good, type Result } from "../Result.ts"

/** Kinds of namespaces, by the option that chooses one. */
type Kind = "cgroupns" | "ipc" | "pid" | "uts"

/** What stands for a namespace of the container's own. `none` of ipc leaves memory shared by name away besides. */
const own: { readonly [kind in Kind]: ReadonlyArray<string> } = {
  cgroupns: ["", "private"],
  ipc: ["", "none", "private"],
  pid: ["", "private"],
  uts: ["", "private"]
}

/** What other engines take and this one does not have. */
const unknownYet: { readonly [kind in Kind]: RegExp } = {
  cgroupns: /^(container|ns):./,
  ipc: /^ns:./,
  pid: /^ns:./,
  uts: /^(container|ns):./
}

const called: { readonly [kind in Kind]: (text: string) => string } = {
  cgroupns: () => "invalid CGROUP mode",
  ipc: (text) => `Invalid IPC mode: ${text}`,
  pid: () => "invalid PID mode",
  uts: () => "invalid UTS mode"
}

/** Reads `--uts` or `--cgroupns`. */
export const parseNamespaceMode =
  (kind: Kind) =>
  (text: string): Result<NamespaceChoice> => {
    if (own[kind].includes(text)) return good("own")
    if (text === "host") return good("host")
    return bad(unknownYet[kind].test(text) ? `${text} is not supported yet` : called[kind](text))
  }

/** What stands before the name of a container whose namespace is wanted. */
const ofContainer = /^container:(.+)$/

const containerIn = (text: string): NamespaceWish | undefined => {
  const [, container] = ofContainer.exec(text) ?? []
  return container === undefined ? undefined : { container }
}

/** Reads `--pid`. */
export const parsePidMode = (text: string): Result<NamespaceWish> => {
  const other = containerIn(text)
  return other === undefined ? parseNamespaceMode("pid")(text) : good(other)
}

/** Reads `--ipc`. Only one that is `shareable` may be joined by other containers. */
export const parseIpcMode = (text: string): Result<NamespaceWish | "shareable"> => {
  const other = containerIn(text)
  if (other !== undefined) return good(other)
  return text === "shareable" ? good(text) : parseNamespaceMode("ipc")(text)
}
