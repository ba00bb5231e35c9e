import { address } from "../../read/addresses.ts"
import type { ServicePort } from "../../Project.ts"
import { spend } from "../../tree/Report.ts"
import { anyText, type At, defined, list, open, type Read, say, text } from "../../read/At.ts"
import { parsePort, portRange, portsOf, protocolOf } from "../../texts/port-text.ts"

/** Values that one port is counted as. */
const valuesPerPort = 5

/** The ports of a short form, of which a few characters may mean thousands. */
const shortPorts = (at: At, short: string): ReadonlyArray<ServicePort> | undefined => {
  const parsed = parsePort(short)
  if ("problem" in parsed) return say(at, parsed.problem, parsed.hint)
  const [first, last] = parsed.value.targets
  const before = at.report.budget.values
  if (spend(at.report, (last - first) * valuesPerPort)) return portsOf(parsed.value)
  return before < 0 ? undefined : say(at, "the files publish too many ports")
}

const longPort: Read<ServicePort> = (at) => {
  const fields = open(at, ["name", "mode", "host_ip", "target", "published", "protocol", "app_protocol"])
  fields.read("name", text)
  fields.read("app_protocol", text)
  // Both publish on this machine, where there is no other.
  fields.read("mode", text)
  const target = fields.read("target", (each) => range(each, { least: 1, one: true }))
  if (fields.get("target") === undefined && at.tree.kind === "table") say(at, "the port has no target")
  const published = fields.read("published", (each) => range(each, { least: 0, one: false }))
  const hostIp = fields.read("host_ip", address)
  const protocol = fields.get("protocol") === undefined ? "tcp" : fields.read("protocol", protocolAt)
  if (target === undefined || protocol === undefined) return undefined
  return defined({ target: Number(target), published, hostIp, protocol })
}

const range = (at: At, { least, one }: { readonly least: number; readonly one: boolean }): string | undefined => {
  const found = anyText(at)
  if (found === undefined || (found === "" && !one)) return undefined
  const ports = portRange(found)
  const fits = ports !== undefined && ports[0] >= least && (!one || ports[0] === ports[1])
  return fits ? found : say(at, `"${found}" is not a port from ${least} to 65535`)
}

const protocolAt: Read<ServicePort["protocol"]> = (at) => {
  const found = text(at)
  if (found === undefined) return undefined
  return protocolOf(found) ?? say(at, `"${found}" is not tcp, udp or sctp`)
}

/** The ports of a service, each once. */
export const ports: Read<ReadonlyArray<ServicePort>> = (at) => {
  const found = list((each) => {
    if (each.tree.kind === "scalar") return shortPorts(each, each.tree.text)
    const port = longPort(each)
    return port === undefined ? undefined : [port]
  })(at)
  return found === undefined
    ? undefined
    : [...new Map(found.flat().map((port) => [JSON.stringify(Object.entries(port).toSorted()), port])).values()]
}

/** A port that other services reach, such as `80`, `80/udp` or `8000-8010`. */
export const exposed: Read<string> = (at) => {
  const found = anyText(at)
  if (found === undefined) return undefined
  const [range_ = "", protocol = "tcp", ...more] = found.split("/")
  const fits = more.length === 0 && portRange(range_) !== undefined && protocolOf(protocol) !== undefined
  return fits ? found : say(at, `"${found}" is not a port`, "write one such as 80, 80/udp or 8000-8010")
}
