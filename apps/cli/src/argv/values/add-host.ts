import { bad, good, type Result } from "../Result.ts"
import { isIp, unbracketed } from "./ip.ts"

/** One line of a hosts file. `host-gateway` stands for the address at which the container reaches the host. */
export interface HostEntry {
  readonly host: string
  readonly address: string
}

/** Reads one value of `--add-host`: `name:address` or `name=address`; IPv6 with or without brackets. */
export const parseAddHost = (text: string): Result<HostEntry> => {
  const split = text.search(text.includes("=") ? /=/ : /:/)
  if (split < 1) return bad(`bad format for add-host: ${JSON.stringify(text)}`)
  const written = text.slice(split + 1)
  const address = unbracketed(written)
  if (address !== "host-gateway" && !isIp(address)) {
    return bad(`invalid IP address in add-host: ${JSON.stringify(written)}`)
  }
  return good({ host: text.slice(0, split), address })
}
