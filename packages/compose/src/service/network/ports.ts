import type { ServicePort } from "../../Project.ts"
import { anyText, type At, defined, list, open, type Read, say, text } from "../../read/At.ts"
import { isAddress, parsePort, portRange, protocolOf } from "../../texts/port-text.ts"

/** One port in its long form; what is still in its short form could not be read. */
const port: Read<ServicePort> = (at) => {
  if (at.tree.kind === "scalar") {
    const parsed = parsePort(at.tree.text)
    if ("problem" in parsed) return say(at, parsed.problem, parsed.hint)
  }
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

const address: Read<string> = (at) => {
  const found = text(at)
  if (found === undefined || found === "") return undefined
  return isAddress(found) ? found : say(at, `"${found}" is no address`)
}

const protocolAt: Read<ServicePort["protocol"]> = (at) => {
  const found = text(at)
  if (found === undefined) return undefined
  return protocolOf(found) ?? say(at, `"${found}" is not tcp, udp or sctp`)
}

/** The ports of a service. */
export const ports: Read<ReadonlyArray<ServicePort>> = list(port)

/** A port that other services reach, such as `80`, `80/udp` or `8000-8010`. */
export const exposed: Read<string> = (at) => {
  const found = anyText(at)
  if (found === undefined) return undefined
  const [range_ = "", protocol = "tcp", ...more] = found.split("/")
  const fits = more.length === 0 && portRange(range_) !== undefined && protocolOf(protocol) !== undefined
  return fits ? found : say(at, `"${found}" is not a port`, "write one such as 80, 80/udp or 8000-8010")
}
