import type { NamespaceChoice } from "@gantry/core/runtime/ContainerSpec"
import type { NamespaceWish } from "@gantry/engine/containers/RunOptions"
import { bad, good, type Result } from "../Result.ts"

/** Kinds of namespaces, by the option that chooses one. */
type Kind = "cgroupns" | "ipc" | "pid" | "userns" | "uts"

/** What stands for a namespace of the container's own. `none` of ipc leaves memory shared by name away besides. */
const own: { readonly [kind in Kind]: ReadonlyArray<string> } = {
  cgroupns: ["", "private"],
  ipc: ["", "none", "private"],
  pid: ["", "private"],
  userns: ["", "host"],
  uts: ["", "private"]
}

/** What other engines take and this one does not have. */
const unknownYet: { readonly [kind in Kind]: RegExp } = {
  cgroupns: /^(container|ns):./,
  ipc: /^ns:./,
  pid: /^ns:./,
  userns: /^(private$|nomap$|(auto|keep-id)(:|$)|(container|ns):.)/,
  uts: /^(container|ns):./
}

const called: { readonly [kind in Kind]: (text: string) => string } = {
  cgroupns: () => "invalid CGROUP mode",
  ipc: (text) => `Invalid IPC mode: ${text}`,
  pid: () => "invalid PID mode",
  userns: () => "invalid USER mode",
  uts: () => "invalid UTS mode"
}

/** Reads `--uts`, `--cgroupns` or `--userns`. Of users there is only the host's namespace. */
export const parseNamespaceMode =
  (kind: Kind) =>
  (text: string): Result<NamespaceChoice> => {
    if (own[kind].includes(text)) return good("own")
    if (text === "host") return good("host")
    if (!unknownYet[kind].test(text)) return bad(called[kind](text))
    const already = text.startsWith("keep-id")
      ? "; without root, files of a container's root are its caller's anyway"
      : ""
    return bad(`${text} is not supported yet${already}`)
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
