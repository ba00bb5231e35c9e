import { createHash } from "node:crypto"
import { driverOptionsOf } from "./driver-options.ts"
import type { Family } from "./Filter.ts"
import { type Element, type Translation, translations } from "./translations.ts"

/** A network as the rules see it. */
export interface RuledNetwork {
  /** Name of its link on the host. */
  readonly bridge: string
  /** IPv4, CIDR form. */
  readonly subnet: string
  /** Absent without IPv6. */
  readonly ipv6?: { readonly subnet: string }
  /** Nothing gets in or out except between its members and the host. */
  readonly internal: boolean
  /** Options of the driver, which are in order. */
  readonly options?: { readonly [name: string]: string }
}

/** Map from protocol and port, for ports published on all addresses. */
export const everyMap = "every_address"

/** Map from protocol, address and port, for ports published on one address. */
export const oneMap = "one_address"

/** All kinds of tables. */
export const everyFamily: ReadonlyArray<Family> = ["ip", "ip6"]

/** The kinds of tables that these networks need. */
export const families = (networks: ReadonlyArray<RuledNetwork>): ReadonlyArray<Family> =>
  everyFamily.filter((family) => networks.some((network) => subnetOf(network, family) !== undefined))

const subnetOf = ({ ipv6, subnet }: RuledNetwork, family: Family): string | undefined =>
  family === "ip" ? subnet : ipv6?.subnet

/** How rules of a kind of table spell what is the same in all. */
const words = {
  ip: { type: "ipv4_addr", loopback: "127.0.0.0/8" },
  ip6: { type: "ipv6_addr", loopback: "::1" }
} as const

const elementsOf = (entries: ReadonlyArray<Translation>, every: boolean): string => {
  const lines = entries
    .filter(({ hostIp }) => (hostIp === undefined) === every)
    .map(({ address, containerPort, hostIp, hostPort, protocol }) => {
      const key = hostIp === undefined ? `${protocol} . ${hostPort}` : `${protocol} . ${hostIp} . ${hostPort}`
      return `${key} : ${address} . ${containerPort}`
    })
    .toSorted()
  return lines.length === 0 ? "" : `elements = { ${lines.join(", ")} }`
}

const publishing = (family: Family, condition: string): string =>
  [`meta l4proto . ${family} daddr . th dport map @${oneMap}`, `meta l4proto . th dport map @${everyMap}`]
    .map((lookup) => `    meta l4proto { tcp, udp, sctp } ${condition}fib daddr type local dnat ${family} to ${lookup}`)
    .join("\n")

/**
 * The chains. They depend on the networks alone, so that a port is one element of a map.
 *
 * `guard` answers for `route_localnet`, which the kernel needs to send what a local program addressed to 127.0.0.1 out
 * of a bridge: without it a container could address the loopback services of the host, or claim to be one of them. For
 * the same reason what comes from outside for 127.0.0.0/8 is never translated. IPv6 has no such setting: what a local
 * program addressed to `::1` is left to the supervisor.
 */
const chains = (family: Family, all: ReadonlyArray<RuledNetwork>): string => {
  const networks = all.flatMap((network) => {
    const subnet = subnetOf(network, family)
    return subnet === undefined ? [] : [{ ...network, subnet }]
  })
  const { loopback } = words[family]
  const each = (rule: (network: RuledNetwork) => ReadonlyArray<string>) =>
    networks.flatMap(rule).map((line) => `    ${line}`)
  return [
    "  chain guard {",
    "    type filter hook prerouting priority raw; policy accept;",
    ...each(({ bridge }) => [
      `iifname "${bridge}" ${family} daddr ${loopback} drop`,
      `iifname "${bridge}" ${family} saddr ${loopback} drop`
    ]),
    "  }",
    "  chain prerouting {",
    "    type nat hook prerouting priority dstnat; policy accept;",
    publishing(family, `${family} daddr != ${loopback} `),
    "  }",
    "  chain output {",
    "    type nat hook output priority -100; policy accept;",
    publishing(family, family === "ip" ? "" : `ip6 daddr != ${loopback} `),
    "  }",
    "  chain postrouting {",
    "    type nat hook postrouting priority srcnat; policy accept;",
    ...each(({ bridge, internal, options, subnet }) => [
      // Answers to a local program that used 127.0.0.1, or to a member that used a published port, must come back here.
      `oifname "${bridge}" ${family} saddr ${loopback} masquerade`,
      `oifname "${bridge}" ${family} saddr ${subnet} ct status dnat masquerade`,
      ...(internal || !driverOptionsOf(options).masquerade
        ? []
        : [`oifname != "${bridge}" ${family} saddr ${subnet} masquerade`])
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

/** What the tables of these networks carry as their comment. One with another is not ours, or of another time. */
export const markOf = (networks: ReadonlyArray<RuledNetwork>): string => {
  const text = families(networks).map((family) => chains(family, networks))
  return `gantry ${createHash("sha256").update(text.join("\n")).digest("hex").slice(0, 16)}`
}

/** Puts the tables in place, whatever was there before, in one step: no packet sees half of it. */
export const tableScript = (
  table: string,
  networks: ReadonlyArray<RuledNetwork>,
  elements: ReadonlyArray<Element>
): string => {
  const entries = elements.flatMap(translations)
  return families(networks)
    .map((family) => familyScript(table, family, networks, entries))
    .join("")
}

const familyScript = (
  table: string,
  family: Family,
  networks: ReadonlyArray<RuledNetwork>,
  entries: ReadonlyArray<Translation>
): string => {
  const mine = entries.filter((entry) => entry.family === family)
  const { type } = words[family]
  return [
    `table ${family} ${table}`,
    `delete table ${family} ${table}`,
    `table ${family} ${table} {`,
    `  comment "${markOf(networks)}"`,
    `  map ${oneMap} {`,
    `    type inet_proto . ${type} . inet_service : ${type} . inet_service; ${elementsOf(mine, false)}`,
    "  }",
    `  map ${everyMap} {`,
    `    type inet_proto . inet_service : ${type} . inet_service; ${elementsOf(mine, true)}`,
    "  }",
    chains(family, networks),
    "}",
    ""
  ].join("\n")
}

/** Removes a table; nothing happens when there is none. */
export const removalScript = (table: string, family: Family): string =>
  `table ${family} ${table}\ndelete table ${family} ${table}\n`
