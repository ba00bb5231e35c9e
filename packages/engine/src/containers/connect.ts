import type { Attachment } from "@gantry/core/network/Network"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { ContainerRecord } from "./ContainerRecord.ts"
import type { HostNames } from "./host-names.ts"
import { hostsFile } from "./hosts-file.ts"
import { resolvConf } from "./resolv-conf.ts"

/** A spec completed with what only a start knows: how it is connected, and the files that name addresses. */
export const connect = (
  record: {
    readonly spec: ContainerSpec
    readonly options: Pick<ContainerRecord["options"], "hosts" | "dns" | "dnsSearch" | "dnsOptions">
  },
  attachment: Attachment,
  host: HostNames
): ContainerSpec => {
  const { spec, options } = record
  return {
    ...spec,
    wiring: attachment.wiring,
    files: {
      // The host's own name, which a container in the host's UTS namespace has, is not ours to spell.
      ...(spec.hostname === "" ? {} : { hostname: `${spec.hostname}\n` }),
      hosts: hostsFile({
        hostname: spec.hostname,
        ...(spec.domainname === undefined ? {} : { domain: spec.domainname }),
        addresses: attachment.address === undefined || spec.hostname === "" ? [] : [attachment.address],
        extra: options.hosts,
        gateway: attachment.gateway ?? "127.0.0.1"
      }),
      resolvConf: resolvConf({
        host: host.resolvConf,
        ...(host.upstream === undefined ? {} : { upstream: host.upstream }),
        servers: options.dns,
        search: options.dnsSearch,
        options: options.dnsOptions,
        sharesHostNetwork: attachment.wiring.some((wiring) => wiring.type === "host")
      })
    }
  }
}
