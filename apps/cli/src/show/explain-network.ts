import type { NetworkError } from "@gantry/core/network/NetworkError"
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
    case "NetworkRefused":
      return { what: failure.message, ...optional(networkHint(failure.why)) }
  }
}

const networkHint = (why: string): string | undefined => {
  if (/IPv6 is switched off/.test(why))
    return "switch it on (sysctl net.ipv6.conf.all.disable_ipv6=0), or leave --ipv6 out"
  if (/has no IPv6:/.test(why)) return "leave --ipv6 out, or use a kernel with IPv6 (without ipv6.disable=1)"
  if (/has no IPv6 addresses/.test(why)) return "make a network that has them: gantry network create --ipv6 NAME"
  if (/\bnft\b/.test(why) && /ENOENT|not found/i.test(why))
    return "install nftables; gantry doctor tells what else this host lacks"
  if (/EPERM|not permitted/i.test(why)) return "networks need root here; --network none and host do not"
  return undefined
}
