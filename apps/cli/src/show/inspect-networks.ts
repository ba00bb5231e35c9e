import type { Attachment } from "@gantry/core/network/Network"
import { type ContainerState, isLive } from "@gantry/core/runtime/ContainerState"
import { type ContainerRecord, portsOf } from "@gantry/engine/containers/ContainerRecord"
import { namesOf } from "@gantry/engine/networks/names-of"
import type { NetworkWish } from "@gantry/engine/networks/NetworkWish"
import { isUserDefined, sharedWith } from "@gantry/engine/networks/NetworkWish"
import { endpointId } from "./endpoint-id.ts"
import { everyAddress } from "./ports.ts"

/** Where a container is to be found, in the shape of Docker's inspect: its own ports, and a place in each network. */
export const inspectNetworks = (record: ContainerRecord, state: ContainerState): unknown => {
  const { options } = record
  const held = isLive(state) ? record.attachments : []
  const published = isLive(state) ? portsOf(record) : []
  const ports: Record<string, Array<{ HostIp: string; HostPort: string }> | null> = {}
  for (const text of options.exposed) ports[text] = null
  for (const { containerPort, hostIp, hostPort, protocol } of published.flatMap(everyAddress)) {
    const key = `${containerPort}/${protocol}`
    ports[key] = [...(ports[key] ?? []), { HostIp: hostIp, HostPort: String(hostPort) }]
  }
  const joined = options.networks.filter(({ network }) => sharedWith(network) === undefined)
  return {
    Bridge: "",
    SandboxID: "",
    SandboxKey: "",
    Ports: ports,
    // Docker fills these for its default network alone, from which they are.
    ...placeOf(held.find(({ network }) => network === "bridge") ?? (held.length === 1 ? held[0] : undefined)),
    Networks: Object.fromEntries(
      joined.map((wish) => [
        wish.network,
        endpointOf(
          record,
          wish,
          held.find(({ network }) => network === wish.network)
        )
      ])
    )
  }
}

const placeOf = (held: Attachment | undefined) => ({
  IPAddress: held?.address ?? "",
  IPPrefixLen: held?.prefixLength ?? 0,
  Gateway: held?.gateway ?? "",
  GlobalIPv6Address: held?.ipv6?.address ?? "",
  GlobalIPv6PrefixLen: held?.ipv6?.prefixLength ?? 0,
  IPv6Gateway: held?.ipv6?.gateway ?? "",
  MacAddress: held?.mac ?? ""
})

const endpointOf = (
  { id, name, spec }: ContainerRecord,
  { address, address6, aliases, mac, network, priority }: NetworkWish,
  held: Attachment | undefined
) => ({
  IPAMConfig:
    address === undefined && address6 === undefined
      ? null
      : {
          ...(address === undefined ? {} : { IPv4Address: address }),
          ...(address6 === undefined ? {} : { IPv6Address: address6 })
        },
  Links: null,
  Aliases: aliases.length === 0 ? null : aliases,
  NetworkID: held?.networkId ?? "",
  EndpointID: endpointId(id, held),
  ...placeOf(held),
  ...(held === undefined && mac !== undefined ? { MacAddress: mac } : {}),
  GwPriority: priority,
  DriverOpts: null,
  DNSNames: isUserDefined(network) ? namesOf({ id, name, hostname: spec.hostname }, aliases) : null
})
