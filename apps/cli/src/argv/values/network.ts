import { bad, good, type Result } from "../Result.ts"
import { fieldsOf, keyAndValue } from "./csv.ts"
import { isIPv4, isIPv6 } from "./ip.ts"
import { parseMac } from "./mac.ts"

/** One value of `--network`. */
export interface NetworkSpec {
  /** `bridge`, `none`, `host`, `container:<name>`, or the name of a network. */
  readonly name: string
  readonly aliases: ReadonlyArray<string>
  readonly ip?: string
  readonly ip6?: string
  readonly macAddress?: string
  readonly driverOptions: Readonly<Record<string, string>>
  readonly gatewayPriority?: number
}

/** Reads a gateway priority: a whole number of up to nine digits. */
export const parsePriority = (text: string): Result<number> =>
  /^-?\d{1,9}$/.test(text) ? good(Number(text)) : bad(`invalid value for gw-priority: ${text}`)

/** Reads a network's name, or the long form `name=front,alias=web,ip=10.0.0.5`. */
export const parseNetwork = (text: string): Result<NetworkSpec> => {
  if (text === "") return bad("no name set for network")
  if (!text.includes("=")) return good({ name: text, aliases: [], driverOptions: {} })
  const fields = fieldsOf(text)
  if (!fields.ok) return fields
  const aliases: Array<string> = []
  const driverOptions: Record<string, string> = {}
  const found: { name?: string; ip?: string; ip6?: string; macAddress?: string; gatewayPriority?: number } = {}
  for (const field of fields.value) {
    const [written, value] = keyAndValue(field)
    const key = written.trim().toLowerCase()
    if (value === undefined || key === "") return bad(`invalid field ${field}`)
    if (key === "name") found.name = value
    else if (key === "alias") aliases.push(value)
    else if (key === "ip" && isIPv4(value)) found.ip = value
    else if (key === "ip6" && isIPv6(value)) found.ip6 = value
    else if (key === "mac-address") {
      const mac = parseMac(value)
      if (!mac.ok) return mac
      found.macAddress = mac.value
    } else if (key === "gw-priority") {
      const priority = parsePriority(value)
      if (!priority.ok) return priority
      found.gatewayPriority = priority.value
    } else if (key === "driver-opt") {
      const [option, setting = ""] = keyAndValue(value)
      driverOptions[option] = setting
    } else if (key === "ip" || key === "ip6") return bad(`invalid value for ${key}: ${value}`)
    else return bad(`invalid field key ${key}`)
  }
  const { name, ...rest } = found
  return name === undefined || name === ""
    ? bad("network name/id is not specified")
    : good({ name, aliases, driverOptions, ...rest })
}
