import type { NetworkError, NetworkRefused } from "@gantry/core/network/NetworkError"
import { type Explanation, optional } from "./Explanation.ts"

/** What is said of failures of networks. */
export const explainNetwork = (failure: NetworkError): Explanation => {
  switch (failure._tag) {
    case "PortTaken":
      return {
        what: failure.message,
        todo: "choose another host port (-p HOST:CONTAINER), or end the holder"
      }
    case "AddressesExhausted":
      return {
        what: failure.message,
        todo: failure.subnet.includes(",")
          ? "gantry network prune removes networks that nobody uses, gantry network rm NAME one of them; --subnet takes addresses from elsewhere"
          : "remove containers that are not needed (gantry ps -a), or use another network"
      }
    case "NetworkMissing":
      return { what: failure.message, todo: "gantry network ls shows all networks" }
    case "NetworkRefused": {
      const lack = lackHint(failure.why)
      return lack === undefined
        ? { what: failure.message, ...optional(networkHint(failure)) }
        : { what: `could not ${failure.action}`, why: failure.why, todo: lack }
    }
  }
}

/** What to do where a host has no IPv6. */
const lackHint = (why: string): string | undefined => {
  if (/IPv6 is switched off/.test(why))
    return "switch it on (sysctl -w net.ipv6.conf.all.disable_ipv6=0), or use a network without IPv6"
  if (/this host has no IPv6:/.test(why))
    return "use a network without IPv6, or boot a kernel with it (without ipv6.disable=1)"
  return undefined
}

const networkHint = ({ action, why }: NetworkRefused): string | undefined => {
  if (/may not bind ports below/.test(why)) {
    const port = /:(\d+)\//.exec(action)?.[1] ?? "0"
    const asRoot = `sysctl -w net.ipv4.ip_unprivileged_port_start=${port}`
    return `choose a host port of 1024 or above, or have root say from where on ports are everybody's: ${asRoot}`
  }
  if (/has no IPv6 addresses/.test(why)) return "make a network that has them: gantry network create --ipv6 NAME"
  if (/\bnft\b/.test(why) && /ENOENT|not found/i.test(why))
    return "install nftables; gantry doctor tells what else this host lacks"
  if (/EPERM|not permitted/i.test(why)) return "networks need root here; --network none and host do not"
  return undefined
}
