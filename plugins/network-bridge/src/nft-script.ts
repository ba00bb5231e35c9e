import { createHash } from "node:crypto"
import type { PublishedPort } from "@gantry/core/network/Network"
import { driverOptionsOf } from "./driver-options.ts"
import { anyAddress } from "./port-choice.ts"

/** A network as the rules see it. */
export interface RuledNetwork {
  /** Name of its link on the host. */
  readonly bridge: string
  /** CIDR form. */
  readonly subnet: string
  /** Nothing gets in or out except between its members and the host. */
  readonly internal: boolean
  /** Options of the driver, which are in order. */
  readonly options?: { readonly [name: string]: string }
}

/** A published port and where it leads. */
export interface Element extends PublishedPort {
  /** IPv4 address of the container. */
  readonly address: string
}

/** Map from protocol and port, for ports published on all addresses. */
export const everyMap = "every_address"

/** Map from protocol, address and port, for ports published on one address. */
export const oneMap = "one_address"

/** Whether the kernel translates the port. An IPv6 address cannot lead to an IPv4 one: there the supervisor carries the bytes. */
export const translated = ({ hostIp }: Pick<PublishedPort, "hostIp">): boolean => !hostIp.includes(":")

const elementsOf = (elements: ReadonlyArray<Element>, every: boolean): string => {
  const lines = elements
    .filter((each) => translated(each) && (each.hostIp === anyAddress) === every)
    .map(({ address, containerPort, hostIp, hostPort, protocol }) => {
      const key = every ? `${protocol} . ${hostPort}` : `${protocol} . ${hostIp} . ${hostPort}`
      return `${key} : ${address} . ${containerPort}`
    })
    .toSorted()
  return lines.length === 0 ? "" : `elements = { ${lines.join(", ")} }`
}

const publishing = (condition: string): string =>
  [`meta l4proto . ip daddr . th dport map @${oneMap}`, `meta l4proto . th dport map @${everyMap}`]
    .map((lookup) => `    meta l4proto { tcp, udp, sctp } ${condition}fib daddr type local dnat ip to ${lookup}`)
    .join("\n")

/**
 * The chains. They depend on the networks alone, so that a port is one element of a map.
 *
 * `guard` answers for `route_localnet`, which the kernel needs to send what a local program addressed to 127.0.0.1 out
 * of a bridge: without it a container could address the loopback services of the host, or claim to be one of them. For
 * the same reason what comes from outside for 127.0.0.0/8 is never translated.
 */
const chains = (networks: ReadonlyArray<RuledNetwork>): string => {
  const each = (rule: (network: RuledNetwork) => ReadonlyArray<string>) =>
    networks.flatMap(rule).map((line) => `    ${line}`)
  return [
    "  chain guard {",
    "    type filter hook prerouting priority raw; policy accept;",
    ...each(({ bridge }) => [
      `iifname "${bridge}" ip daddr 127.0.0.0/8 drop`,
      `iifname "${bridge}" ip saddr 127.0.0.0/8 drop`
    ]),
    "  }",
    "  chain prerouting {",
    "    type nat hook prerouting priority dstnat; policy accept;",
    publishing("ip daddr != 127.0.0.0/8 "),
    "  }",
    "  chain output {",
    "    type nat hook output priority -100; policy accept;",
    publishing(""),
    "  }",
    "  chain postrouting {",
    "    type nat hook postrouting priority srcnat; policy accept;",
    ...each(({ bridge, internal, options, subnet }) => [
      // Answers to a local program that used 127.0.0.1, or to a member that used a published port, must come back here.
      `oifname "${bridge}" ip saddr 127.0.0.0/8 masquerade`,
      `oifname "${bridge}" ip saddr ${subnet} ct status dnat masquerade`,
      ...(internal || !driverOptionsOf(options).masquerade
        ? []
        : [`oifname != "${bridge}" ip saddr ${subnet} masquerade`])
    ]),
    "  }",
    "  chain forward {",
    "    type filter hook forward priority filter; policy accept;",
    // Where members do not reach each other, only what was published can be reached from inside, too.
    ...each(({ bridge, options }) =>
      driverOptionsOf(options).together ? [`iifname "${bridge}" oifname "${bridge}" accept`] : []
    ),
    ...each(({ bridge, internal }) => (internal ? [`iifname "${bridge}" drop`, `oifname "${bridge}" drop`] : [])),
    // From outside, and from other networks, only what was published can be reached.
    ...each(({ bridge }) => [
      `oifname "${bridge}" ct state established,related accept`,
      `oifname "${bridge}" ct status dnat accept`,
      `oifname "${bridge}" drop`
    ]),
    "  }"
  ].join("\n")
}

/** What the table of these networks carries as its comment. A table with another one is not ours, or of another time. */
export const markOf = (networks: ReadonlyArray<RuledNetwork>): string =>
  `gantry ${createHash("sha256").update(chains(networks)).digest("hex").slice(0, 16)}`

/** Puts the table in place, whatever was there before, in one step: no packet sees half of it. */
export const tableScript = (
  table: string,
  networks: ReadonlyArray<RuledNetwork>,
  elements: ReadonlyArray<Element>
): string =>
  [
    `table ip ${table}`,
    `delete table ip ${table}`,
    `table ip ${table} {`,
    `  comment "${markOf(networks)}"`,
    `  map ${oneMap} {`,
    `    type inet_proto . ipv4_addr . inet_service : ipv4_addr . inet_service; ${elementsOf(elements, false)}`,
    "  }",
    `  map ${everyMap} {`,
    `    type inet_proto . inet_service : ipv4_addr . inet_service; ${elementsOf(elements, true)}`,
    "  }",
    chains(networks),
    "}",
    ""
  ].join("\n")

/** Removes the table; nothing happens when there is none. */
export const removalScript = (table: string): string => `table ip ${table}\ndelete table ip ${table}\n`
