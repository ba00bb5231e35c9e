import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import type { Ipv6Network } from "@gantry/core/network/Network"
import type { Links } from "@gantry/linux/netlink/link"
import { failedWith } from "@gantry/linux/SyscallError"
import { bytesOf6, parseAddress6, parseSubnet6 } from "./Ipv6.ts"
import { set, says } from "./kernel-settings.ts"

const root = "/proc/sys/net/ipv6"
const settingOf = (link: string, name: string) => `${root}/conf/${link}/${name}`
const forwarding = settingOf("all", "forwarding")

/** Why the host of this network namespace has no IPv6, in words; undefined when it has. */
export const lackOfIpv6 = (): string | undefined => {
  if (!existsSync(root)) return `this host has no IPv6: there is no ${root}`
  const disabled = settingOf("all", "disable_ipv6")
  return says(disabled, "1") ? `IPv6 is switched off on this host: ${disabled} is 1` : undefined
}

/** What no two hosts have in common. */
export const hostSeed = (): string => {
  try {
    return readFileSync("/etc/machine-id", "utf8").trim()
  } catch {
    return hostname()
  }
}

/** Every IPv6 range that somebody on this host uses or knows a way to, in CIDR form. */
export const takenIpv6 = (links: Links): ReadonlyArray<string> => [
  ...links.listRoutes6().map(({ destination, prefix }) => `${destination}/${prefix}`),
  ...links.listAddresses6().map(({ address, prefix }) => `${address}/${prefix}`)
]

/** Whether the bridge has its address in a network and the host passes packets on. Costs well under a millisecond. */
export const readyIpv6 = (bridge: string, { gateway }: Ipv6Network): boolean => {
  const address = Buffer.from(bytesOf6(parseAddress6(gateway) ?? 0n)).toString("hex")
  // First, as a host without IPv6 has none of it.
  return (
    says(forwarding, "1") &&
    says(settingOf(bridge, "disable_ipv6"), "0") &&
    readFileSync("/proc/net/if_inet6", "utf8")
      .split("\n")
      .some((line) => line.startsWith(`${address} `) && line.endsWith(` ${bridge}`))
  )
}

/**
 * Gives a bridge that is there its address in a network, and lets the host pass packets on. What is there stays. Throws
 * {@link lackOfIpv6}: the host may have had IPv6 when the network was made.
 */
export const bringUpIpv6 = (links: Links, bridge: string, { gateway, subnet }: Ipv6Network): void => {
  const lack = lackOfIpv6()
  if (lack !== undefined) throw new Error(lack)
  set(settingOf(bridge, "disable_ipv6"), "0")
  // Containers must not be able to hand the host a route or an address.
  for (const name of ["accept_ra", "accept_redirects", "autoconf"]) set(settingOf(bridge, name), "0")
  try {
    links.addAddress(bridge, gateway, parseSubnet6(subnet)?.prefix ?? 128)
  } catch (error) {
    if (!failedWith(error, "EEXIST")) throw error
  }
  passOn()
}

/** A host that passes packets on hears no routers unless it is told to: those it hears now, it must go on hearing. */
const passOn = (): void => {
  if (says(forwarding, "1")) return
  for (const link of readdirSync(`${root}/conf`)) {
    if (link === "all" || link === "default") continue
    const listens = says(settingOf(link, "accept_ra"), "1") && says(settingOf(link, "forwarding"), "0")
    if (listens) writeFileSync(settingOf(link, "accept_ra"), "2")
  }
  set(forwarding, "1")
}
