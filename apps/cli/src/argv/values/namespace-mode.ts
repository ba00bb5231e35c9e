import { bad, good, type Result } from "../Result.ts"

/** Whose namespace a container is to use. */
export type NamespaceMode = "own" | "host"

/** Kinds of namespaces, by the option that chooses one. */
type Kind = "cgroupns" | "ipc" | "pid" | "userns" | "uts"

/**
 * What stands for a namespace of the container's own; nobody can be kept from joining one, so ipc's words say the same but
 * for `none`, which leaves memory shared by name away besides.
 */
const own: { readonly [kind in Kind]: ReadonlyArray<string> } = {
  cgroupns: ["", "private"],
  ipc: ["", "none", "private", "shareable"],
  pid: ["", "private"],
  userns: ["", "host"],
  uts: ["", "private"]
}

/** What other engines take and this one does not have. */
const unknownYet: { readonly [kind in Kind]: RegExp } = {
  cgroupns: /^(container|ns):./,
  ipc: /^(container|ns):./,
  pid: /^(container|ns):./,
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

/** Reads `--pid`, `--ipc`, `--uts`, `--cgroupns` or `--userns`. Of users there is only the host's namespace. */
export const parseNamespaceMode =
  (kind: Kind) =>
  (text: string): Result<NamespaceMode> => {
    if (own[kind].includes(text)) return good("own")
    if (text === "host") return good("host")
    return bad(unknownYet[kind].test(text) ? `${text} is not supported yet` : called[kind](text))
  }
