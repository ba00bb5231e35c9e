import { readFileSync } from "node:fs"
import { withLinks } from "@gantry/linux/netlink/link"
import { failedWith } from "@gantry/linux/SyscallError"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { macOf } from "./choose-address.ts"
import { type Filter, makeFilter } from "./Filter.ts"
import { chainToPass, lacksPass, passScript, withdrawPass } from "./forward-pass.ts"
import { bringUpIpv6, hostSeed, lackOfIpv6, readyIpv6, takenIpv6 } from "./host-ipv6.ts"
import { parseAddress, parseSubnet, type Subnet, subnetOf } from "./Ipv4.ts"
import { says, set } from "./kernel-settings.ts"
import { tableName } from "./names.ts"
import { everyFamily, families, markOf, removalScript, tableScript } from "./nft-script.ts"
import type { Surroundings6 } from "./plan-ipv6.ts"
import type { NetworkRow } from "./tables.ts"
import type { Element } from "./translations.ts"

/** Links, kernel settings and packet filter of this host, as networks need them. Synchronous; throws `Error`. */
export interface Host {
  readonly filter: Filter
  /** The packet filter's table of this engine. */
  readonly table: string
  /** Every range that somebody on this host uses or knows a way to. */
  readonly taken: () => ReadonlyArray<Subnet>
  /** What the host says of IPv6, for the plan of a network that has it. */
  readonly ipv6: () => Pick<Surroundings6, "lack" | "seed" | "taken">
  /** Bytes of the longest packet that every way out takes whole. Undefined without a way out. */
  readonly uplinkMtu: () => number | undefined
  /** Whether the way out leads through a program, which ends connections and begins others. */
  readonly reassembles: boolean
  /** Whether all that a network needs is in place, the rules of all networks included. Costs well under a millisecond. */
  readonly ready: (network: NetworkRow, all: ReadonlyArray<NetworkRow>) => boolean
  /** Puts bridge, address and kernel settings in place. What is there already stays. */
  readonly bringUp: (network: NetworkRow) => void
  /** Puts the rules of all networks in place, with all published ports; without networks, takes the table away. */
  readonly applyRules: (all: ReadonlyArray<NetworkRow>, published: ReadonlyArray<Element>) => void
  /** Takes away the bridge of a network and what other programs' rules were told about it. Nothing happens when it is gone. */
  readonly takeDown: (network: Pick<NetworkRow, "bridge">) => void
  readonly hasLink: (name: string) => boolean
  /** Deletes a link. Nothing happens when it is gone. */
  readonly removeLink: (name: string) => void
}

const forwarding = "/proc/sys/net/ipv4/ip_forward"
const routeLocalnet = (bridge: string) => `/proc/sys/net/ipv4/conf/${bridge}/route_localnet`

/** The host carries the route of a network only while the bridge is on and has its address. */
const hasRoute = ({ bridge, subnet }: NetworkRow, routes: string): boolean => {
  const base = parseSubnet(subnet)?.base ?? 0
  const littleEndian = [0, 8, 16, 24].map((shift) => ((base >>> shift) & 255).toString(16).padStart(2, "0")).join("")
  return routes.includes(`\n${bridge}\t${littleEndian.toUpperCase()}\t`)
}

const familiesOf = (network: NetworkRow) => families([network])

const tolerate = (code: string, act: () => void): void => {
  try {
    act()
  } catch (error) {
    if (!failedWith(error, code)) throw error
  }
}

/** The host as the calling thread's network namespace shows it. */
export const makeHost = (syscalls: Syscalls, instance: string): Host => {
  const filter = makeFilter(syscalls)
  const table = tableName(instance)

  const removeLink = (name: string): void => withLinks(syscalls, (links) => links.discardLink(name))

  return {
    filter,
    table,
    removeLink,
    hasLink: (name) => withLinks(syscalls, (links) => links.linkIndex(name) !== undefined),
    taken: () =>
      withLinks(syscalls, (links) => [
        ...links.listRoutes().flatMap(({ destination, prefix }) => around(destination, prefix)),
        ...links.listAddresses().flatMap(({ address, prefix }) => around(address, prefix))
      ]),
    ipv6: () => {
      const lack = lackOfIpv6()
      return { lack, seed: hostSeed(), taken: lack === undefined ? withLinks(syscalls, takenIpv6) : [] }
    },
    reassembles: false,
    uplinkMtu: () =>
      withLinks(syscalls, (links) => {
        const ways = new Set(
          links.listRoutes().flatMap(({ index, prefix }) => (prefix === 0 && index > 0 ? [index] : []))
        )
        if (ways.size === 0) return undefined
        return Math.min(...links.listLinks().flatMap(({ index, mtu }) => (ways.has(index) ? [mtu] : [])))
      }),
    ready: (network, all) =>
      says(routeLocalnet(network.bridge), "1") &&
      says(forwarding, "1") &&
      hasRoute(network, readFileSync("/proc/net/route", "utf8")) &&
      families(all).every((family) => filter.hasTable(table, markOf(all), family)) &&
      (network.ipv6 === undefined || readyIpv6(network.bridge, network.ipv6)) &&
      familiesOf(network).every((family) => !lacksPass(filter, network.bridge, family)),
    bringUp: ({ bridge, gateway, ipv6, mtu, subnet }) => {
      const prefix = parseSubnet(subnet)?.prefix ?? 32
      const mac = macOf(parseAddress(gateway) ?? 0)
      withLinks(syscalls, (links) => {
        // With a hardware address of its own the bridge does not take on that of each container that comes and goes.
        tolerate("EEXIST", () => links.createBridge(bridge, { mac, ...(mtu === undefined ? {} : { mtu }) }))
        // Containers must not be able to hand the host an IPv6 route. Hosts without IPv6 have no such file.
        if (ipv6 === undefined) tolerateMissing(() => set(`/proc/sys/net/ipv6/conf/${bridge}/disable_ipv6`, "1"))
        tolerate("EEXIST", () => links.addAddress(bridge, gateway, prefix))
        links.setLinkUp(bridge)
        if (ipv6 !== undefined) bringUpIpv6(links, bridge, ipv6)
      })
      set(routeLocalnet(bridge), "1")
      set(forwarding, "1")
    },
    applyRules: (all, published) => {
      const wanted = families(all)
      const odd = everyFamily.filter((family) => !wanted.includes(family) && filter.hasTable(table, "", family))
      const script = [...odd.map((family) => removalScript(table, family)), tableScript(table, all, published)].join("")
      if (script !== "") filter.run(script)
      for (const network of all) {
        for (const family of familiesOf(network)) {
          const chain = chainToPass(filter, family)
          if (chain === undefined || !lacksPass(filter, network.bridge, family)) continue
          filter.run(passScript(chain, network.bridge, family))
        }
      }
    },
    takeDown: ({ bridge }) => {
      for (const family of everyFamily) withdrawPass(filter, bridge, family)
      removeLink(bridge)
    }
  }
}

const around = (address: string, prefix: number): ReadonlyArray<Subnet> => {
  const parsed = parseAddress(address)
  return parsed === undefined ? [] : [subnetOf(parsed, prefix)]
}

const tolerateMissing = (act: () => void): void => {
  try {
    act()
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error
  }
}
