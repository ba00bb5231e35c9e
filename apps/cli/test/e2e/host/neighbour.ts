import { execFileSync } from "node:child_process"

/** Another machine, as far as the network goes: a network namespace that reaches the host over a link of its own. */
export interface Neighbour {
  /** The host's address on that link. */
  readonly hostAddress: string
  /** Runs a program over there and returns what it wrote. */
  readonly run: (...command: ReadonlyArray<string>) => string
  readonly remove: () => void
}

const ip = (...args: ReadonlyArray<string>) => execFileSync("ip", [...args], { encoding: "utf8" })

/** Makes one. `name` is at most ten characters; the link uses 203.0.113.0/30, which nobody routes (RFC 5737). */
export const makeNeighbour = (name: string): Neighbour => {
  const hostAddress = "203.0.113.1"
  ip("netns", "add", name)
  const remove = () => void ip("netns", "delete", name)
  try {
    ip("link", "add", `${name}h`, "type", "veth", "peer", "name", "eth0", "netns", name)
    ip("address", "add", `${hostAddress}/30`, "dev", `${name}h`)
    ip("link", "set", `${name}h`, "up")
    ip("-n", name, "address", "add", "203.0.113.2/30", "dev", "eth0")
    ip("-n", name, "link", "set", "eth0", "up")
    ip("-n", name, "route", "add", "default", "via", hostAddress)
  } catch (error) {
    remove()
    throw error
  }
  return { hostAddress, run: (...command) => ip("netns", "exec", name, ...command), remove }
}
