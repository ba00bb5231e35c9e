import { execFileSync } from "node:child_process"

/** Another machine, as far as the network goes: a network namespace that reaches the host over a link of its own. */
export interface Neighbour {
  /** The host's address on that link. */
  readonly hostAddress: string
  /** The host's IPv6 address there. */
  readonly hostAddress6: string
  /** Its own one. */
  readonly address6: string
  /** Runs a program over there and returns what it wrote. */
  readonly run: (...command: ReadonlyArray<string>) => string
  readonly remove: () => void
}

const ip = (...args: ReadonlyArray<string>) => execFileSync("ip", [...args], { encoding: "utf8" })

/** Makes one. `name` is at most ten characters; the link uses ranges that nobody routes (RFC 5737, RFC 3849). */
export const makeNeighbour = (name: string): Neighbour => {
  const hostAddress = "203.0.113.1"
  const [hostAddress6, address6] = ["2001:db8:71::1", "2001:db8:71::2"]
  ip("netns", "add", name)
  const remove = () => void ip("netns", "delete", name)
  try {
    ip("link", "add", `${name}h`, "type", "veth", "peer", "name", "eth0", "netns", name)
    ip("address", "add", `${hostAddress}/30`, "dev", `${name}h`)
    ip("address", "add", `${hostAddress6}/64`, "dev", `${name}h`, "nodad")
    ip("link", "set", `${name}h`, "up")
    ip("-n", name, "address", "add", "203.0.113.2/30", "dev", "eth0")
    ip("-n", name, "address", "add", `${address6}/64`, "dev", "eth0", "nodad")
    ip("-n", name, "link", "set", "eth0", "up")
    ip("-n", name, "route", "add", "default", "via", hostAddress)
  } catch (error) {
    remove()
    throw error
  }
  return { hostAddress, hostAddress6, address6, run: (...command) => ip("netns", "exec", name, ...command), remove }
}
