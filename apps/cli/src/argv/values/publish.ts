import { canonicalIPv6 } from "@gantry/linux/netlink/ipv6"
import { bad, good, type Result } from "../Result.ts"
import { keyAndValue } from "./csv.ts"
import { isIp, unbracketed } from "./ip.ts"
import { countOf, parsePortRange, parseProtocol, type PortRange, type Protocol } from "./ports.ts"

/** One port of the container and where it is reached on the host. */
export interface Publication {
  /** Address of the host, without brackets. Missing means all addresses of both families. */
  readonly hostIp?: string
  /** One port, or a range of which one free port is picked. Missing means any free port. */
  readonly hostPort: number | PortRange | undefined
  readonly containerPort: number
  readonly protocol: Protocol
  /** Whether a process carries the bytes, or the kernel translates; missing where that is not said. */
  readonly proxied?: boolean
}

/**
 * Reads one value of `--publish`: `[[address:]host:]container[/protocol]` with ranges on both sides, or the long form
 * `target=80,published=8080,protocol=tcp,mode=proxy`.
 */
export const parsePublish = (text: string): Result<ReadonlyArray<Publication>> => {
  if (text.includes("=")) return parseLong(text)
  const slash = text.indexOf("/")
  const protocol = slash === -1 ? "" : text.slice(slash + 1)
  const ports = slash === -1 ? text : text.slice(0, slash)
  // The last two colons split, so that a bare IPv6 address may stand in front.
  const [container = "", host = "", ...address] = ports.split(":").toReversed()
  return build({ text, container, host, address: address.toReversed().join(":"), protocol })
}

interface Parts {
  readonly text: string
  readonly container: string
  readonly host: string
  readonly address: string
  readonly protocol: string
  readonly mode?: string
}

/** What `mode` says of who carries the bytes. The words of swarms are about something else. */
const modes = new Map([
  ["", {}],
  ["host", {}],
  ["ingress", {}],
  ["nat", { proxied: false }],
  ["proxy", { proxied: true }]
])

const build = ({
  text,
  container,
  host,
  address,
  protocol: word,
  mode = ""
}: Parts): Result<ReadonlyArray<Publication>> => {
  const written = unbracketed(address)
  if (written !== "" && !isIp(written)) return bad(`invalid IP address: ${address}`)
  // In one spelling, so that it is found again.
  const hostIp = canonicalIPv6(written) ?? written
  if (container === "") return bad(`no port specified: ${text}<empty>`)
  const inside = parsePortRange(container)
  if (inside === undefined || inside.first === 0) return bad(`invalid containerPort: ${container}`)
  const outside = host === "" ? undefined : parsePortRange(host)
  if (host !== "" && outside === undefined) return bad(`invalid hostPort: ${host}`)
  const protocol = parseProtocol(word)
  if (!protocol.ok) return protocol
  const way = modes.get(mode.toLowerCase())
  if (way === undefined) return bad(`invalid publish mode value (${mode}): it is nat or proxy`)
  if (mode === "proxy" && protocol.value === "sctp") return bad("mode=proxy is for tcp and udp")

  const count = countOf(inside)
  if (outside !== undefined && count > 1 && countOf(outside) !== count) {
    return bad(`invalid ranges specified for container and host Ports: ${container} and ${host}`)
  }
  const place = hostIp === "" ? {} : { hostIp }
  return good(
    Array.from({ length: count }, (_, index) => ({
      ...place,
      ...way,
      hostPort: hostPortOf(outside, count, index),
      containerPort: inside.first + index,
      protocol: protocol.value
    }))
  )
}

const hostPortOf = (outside: PortRange | undefined, count: number, index: number): number | PortRange | undefined => {
  if (outside === undefined) return undefined
  if (count === 1 && countOf(outside) > 1) return outside
  const port = outside.first + index
  return port === 0 ? undefined : port
}

const parseLong = (text: string): Result<ReadonlyArray<Publication>> => {
  const fields: Record<"container" | "host" | "protocol" | "address" | "mode", string> = {
    container: "",
    host: "",
    protocol: "",
    address: "",
    mode: ""
  }
  for (const field of text.split(",")) {
    const [key, value] = keyAndValue(field)
    if (value === undefined) return bad(`invalid field: ${field}`)
    const name = longKeys.get(key.toLowerCase())
    if (name === undefined) return bad(`invalid field key: ${key}`)
    fields[name] = value
  }
  return build({ text, ...fields })
}

const longKeys = new Map<string, "container" | "host" | "protocol" | "address" | "mode">([
  ["target", "container"],
  ["published", "host"],
  ["protocol", "protocol"],
  ["host_ip", "address"],
  ["mode", "mode"]
])
