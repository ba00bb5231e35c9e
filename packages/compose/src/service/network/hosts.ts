import { anyText, list, type Read, say } from "../../read/At.ts"
import { isAddress } from "../../texts/port-text.ts"

/** Names of hosts and their addresses, `host:address`; in their long form they are `host=address`. */
export const hosts: Read<ReadonlyArray<string>> = list((at) => {
  const found = anyText(at)
  if (found === undefined) return undefined
  const [, name, written] = /^([^=]+)=(.+)$/.exec(found) ?? []
  const address = written?.trim().replace(/^\[(.*)\]$/, "$1")
  if (name === undefined || address === undefined || !(address === "host-gateway" || isAddress(address))) {
    return say(at, `"${found.replace("=", ":")}" is not HOST:ADDRESS`, "write one such as db:10.0.0.2")
  }
  return `${name.trim()}:${address}`
})
