import { O_APPEND, O_CLOEXEC, O_WRONLY } from "../constants.ts"
import type { Account } from "@gantry/core/runtime/ContainerSpec"
import { writeAll } from "../write-all.ts"
import { accountText } from "./account-text.ts"
import { type Kernel, settle } from "./Kernel.ts"
import { openInRoot } from "./mount-point.ts"
import { stage } from "./StageFailure.ts"

/**
 * Enters somebody in the account files of a container, whose root is the working directory, unless its numbers are there
 * already: programs such as ssh do nothing for who has no name. A container without such files stays without.
 */
export const enterAccount = (kernel: Kernel, { entry = usualEntry, gid, home, name, uid }: Account): void =>
  stage("enter the caller in /etc/passwd", () => {
    const place = /[:\n]/.test(home) ? "/" : home
    const known = { UID: String(uid), GID: String(gid), NAME: name, HOME: place }
    append(kernel, "/etc/passwd", uid, (free) => filled(entry, { ...known, USERNAME: free(name) }))
    append(kernel, "/etc/group", gid, (free) => `${free(name)}:x:${gid}:`)
  })

const usualEntry = "$USERNAME:x:$UID:$GID:$NAME:$HOME:/bin/sh"

/** A line with its variables replaced, in braces or not; what is none of them stays. */
const filled = (entry: string, known: { readonly [name: string]: string }): string =>
  entry.replaceAll(/\$(?:\{([A-Z]+)\}|([A-Z]+))/g, (text, braced: string | undefined, bare: string | undefined) => {
    const name = braced ?? bare ?? ""
    return Object.hasOwn(known, name) ? (known[name] ?? text) : text
  })

/** A name that none of the others has. */
type FreeName = (name: string) => string

const append = (kernel: Kernel, path: string, id: number, lineOf: (free: FreeName) => string): void => {
  const { sys } = kernel
  const place = openIfThere(kernel, path)
  if (place === undefined) return
  const own = `/proc/self/fd/${place}`
  // What cannot be read is not written to either.
  const text = accountText(kernel, own)
  const rows = (text ?? "").split("\n").map((line) => line.split(":"))
  if (text !== undefined && !rows.some(([, , number]) => number === String(id))) {
    const free: FreeName = (name) => (rows.some(([other]) => other === name) ? `${name}-${id}` : name)
    const fd = sys.open(own, O_WRONLY | O_APPEND | O_CLOEXEC)
    const before = text === "" || text.endsWith("\n") ? "" : "\n"
    writeAll(sys, fd, new TextEncoder().encode(`${before}${lineOf(free)}\n`))
    sys.close(fd)
  }
  sys.close(place)
}

const openIfThere = (kernel: Kernel, path: string): number | undefined => {
  settle(kernel)
  try {
    return openInRoot(kernel, path)
  } catch {
    return undefined
  }
}
