import { canonicalIPv6 } from "@gantry/linux/netlink/ipv6"
import type { Line, Question } from "./question.ts"

/** Where names of containers are looked up. */
export interface NameTable {
  /** Addresses of both kinds of the containers of a network that have a name, whatever its case. */
  readonly addresses: (network: string, name: string) => ReadonlyArray<string>
  /** The own name of the container that has an address in a network. */
  readonly nameOf: (network: string, address: string) => string | undefined
}

/**
 * What a container's networks say to a question, in their order: the first that knows the name answers. Undefined when
 * none of them does; a name of another network is not known. `web.front` is `web` of the network `front`.
 *
 * A name that is known has no answer of any kind but addresses: then there are no lines.
 */
export const findName = (
  { name, type }: Pick<Question, "name" | "type">,
  networks: ReadonlyArray<string>,
  table: NameTable
): ReadonlyArray<Line> | undefined => {
  if (type === "PTR") return findAddress(name, networks, table)
  for (const network of networks) {
    const suffix = `.${network.toLowerCase()}`
    const short = name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined
    const found = [name, ...(short === undefined ? [] : [short])].flatMap((each) => table.addresses(network, each))
    if (found.length > 0) return found.map(lineOf).filter((line) => type === line.type || type === "ANY")
  }
  return undefined
}

const lineOf = (address: string): Line => ({ type: address.includes(":") ? "AAAA" : "A", address })

/** The address that the name of a pointer means. Spec: RFC 1035, 3.5; RFC 3596, 2.5. */
const addressOf = (name: string): string | undefined => {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa$/.exec(name)
  if (four !== null) return four.slice(1).toReversed().join(".")
  const six = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name)?.[1]
  if (six === undefined) return undefined
  const digits = six.replaceAll(".", "").split("").toReversed().join("")
  return canonicalIPv6(digits.replaceAll(/(.{4})(?!$)/g, "$1:"))
}

const findAddress = (
  name: string,
  networks: ReadonlyArray<string>,
  table: NameTable
): ReadonlyArray<Line> | undefined => {
  const address = addressOf(name)
  if (address === undefined) return undefined
  for (const network of networks) {
    const found = table.nameOf(network, address)
    if (found !== undefined) return [{ type: "PTR", name: `${found}.${network}` }]
  }
  return undefined
}
