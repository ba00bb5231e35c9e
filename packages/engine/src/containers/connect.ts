import type { Attachment } from "@gantry/core/network/Network"
import type { Ipv6Place, Wiring } from "@gantry/core/network/Wiring"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { rootless } from "@gantry/linux/rootless"
import { userNetwork } from "@gantry/linux/user-network"
import { addressesOf } from "../networks/addresses-of.ts"
import { namedNetworks, resolverAddress } from "../networks/name-service.ts"
import { fulfils, type NetworkWish } from "../networks/NetworkWish.ts"
import type { ContainerRecord } from "./ContainerRecord.ts"
import type { HostNames } from "./host-names.ts"
import { hostsFile } from "./hosts-file.ts"
import { resolvConf } from "./resolv-conf.ts"

/** What of a container decides how it is connected. */
export interface Connected {
  readonly spec: ContainerSpec
  readonly options: Pick<ContainerRecord["options"], "hosts" | "dns" | "dnsSearch" | "dnsOptions"> & {
    readonly networks: ReadonlyArray<NetworkWish>
  }
}

/** A spec completed with what only a start knows: how it is connected, and the files that name addresses. */
export const connect = (record: Connected, attachments: ReadonlyArray<Attachment>, host: HostNames): ContainerSpec => {
  const { spec, options } = record
  const out = outlet(options.networks, attachments)
  const addresses = attachments.flatMap(addressesOf)
  const sharesHostNetwork = attachments.some(({ wiring }) => wiring.some(({ type }) => type === "host"))
  return {
    ...spec,
    wiring: wiringOf(attachments, out, outlet(options.networks, attachments, "IPv6")),
    files: {
      // The host's own name, which a container in the host's UTS namespace has, is not ours to spell.
      ...(spec.hostname === "" ? {} : { hostname: `${spec.hostname}\n` }),
      hosts: hostsFile({
        hostname: spec.hostname,
        ...(spec.domainname === undefined ? {} : { domain: spec.domainname }),
        addresses: spec.hostname === "" ? [] : addresses,
        extra: options.hosts,
        gateway: out?.gateway ?? "127.0.0.1"
      }),
      resolvConf: resolvConf({
        host: host.resolvConf,
        ...(host.upstream === undefined ? {} : { upstream: host.upstream }),
        ...(namedNetworks(attachments).length === 0 ? {} : { resolver: resolverAddress }),
        servers: sharesHostNetwork || options.dns.length > 0 ? options.dns : ownServers(),
        search: options.dnsSearch,
        options: options.dnsOptions,
        sharesHostNetwork
      })
    }
  }
}

/** The host's resolvers may be out of reach of an ordinary user's network, which has one that asks them. */
const ownServers = (): ReadonlyArray<string> => (rootless() === undefined ? [] : [userNetwork.resolver])

/**
 * The attachment through which everything else is reached: of those with a gateway, the one with the highest priority.
 * IPv6 may have another one than IPv4.
 */
export const outlet = (
  networks: ReadonlyArray<NetworkWish>,
  attachments: ReadonlyArray<Attachment>,
  family: "IPv4" | "IPv6" = "IPv4"
): Attachment | undefined => {
  const priority = (each: Attachment) => networks.find((wish) => fulfils(each, wish))?.priority ?? 0
  return attachments
    .filter(({ gateway, ipv6 }) => (family === "IPv4" ? gateway : ipv6?.gateway) !== undefined)
    .reduce<Attachment | undefined>(
      (best, each) => (best === undefined || priority(each) > priority(best) ? each : best),
      undefined
    )
}

/** All links of a container; only the one of `out` has a default route, and only the one of `out6` one of IPv6. */
const wiringOf = (
  attachments: ReadonlyArray<Attachment>,
  out: Attachment | undefined,
  out6: Attachment | undefined
): ReadonlyArray<Wiring> =>
  attachments.flatMap((attachment) =>
    attachment.wiring.map((each) => {
      if (each.type !== "veth") return each
      const { gateway, ipv6, ...rest } = each
      return {
        ...rest,
        ...(gateway === undefined || attachment !== out ? {} : { gateway }),
        ...(ipv6 === undefined ? {} : { ipv6: attachment === out6 ? ipv6 : closed(ipv6) })
      }
    })
  )

const closed = ({ address, prefixLength }: Ipv6Place): Ipv6Place => ({ address, prefixLength })
