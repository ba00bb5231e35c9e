import type { ServicePort } from "../Project.ts"

/** What a text means, or why it means nothing. */
export type Parsed<A> = { readonly value: A } | { readonly problem: string; readonly hint?: string }

const form = "[[HOST_IP:]HOST_PORT:]CONTAINER_PORT[/PROTOCOL], such as 127.0.0.1:8080:80/tcp"

const protocols = ["tcp", "udp", "sctp"] as const

/** A protocol of a port, if it is one. */
export const protocolOf = (text: string): ServicePort["protocol"] | undefined =>
  protocols.find((protocol) => protocol === text.toLowerCase())

/** First and last port of a text such as `80` or `8000-8010`. */
export const portRange = (text: string): readonly [first: number, last: number] | undefined => {
  const [, from, to] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  if (from === undefined) return undefined
  const first = Number(from)
  const last = to === undefined ? first : Number(to)
  return last <= 65_535 && first <= last ? [first, last] : undefined
}

/** The parts of the short form of a port. */
export interface PortText {
  readonly targets: readonly [first: number, last: number]
  /** One for each target, or a range of which one target gets any. */
  readonly published?: readonly [first: number, last: number]
  readonly hostIp?: string
  readonly protocol: ServicePort["protocol"]
}

/** Reads the short form of a port. */
export const parsePort = (text: string): Parsed<PortText> => {
  const wrong = (problem: string) => ({ problem: `"${text}" is not a port: ${problem}`, hint: `write ${form}` })
  const [, before, target = "", protocolText = "tcp"] = /^(?:(.*):)?([^:/]*)(?:\/([^:/]*))?$/.exec(text) ?? []
  const protocol = protocolOf(protocolText)
  if (protocol === undefined) return wrong(`the protocol "${protocolText}" is not tcp, udp or sctp`)
  const targets = portRange(target)
  if (targets === undefined || targets[0] === 0) return wrong(`"${target}" is no port from 1 to 65535`)
  const [, ip, published = ""] = /^(?:(.*):)?([^:]*)$/.exec(before ?? "") ?? []
  const hostIp = ip === undefined || ip === "" ? undefined : ip.replace(/^\[(.*)\]$/, "$1")
  if (hostIp !== undefined && !isAddress(hostIp)) return wrong(`"${hostIp}" is no address`)
  const host = published === "" ? undefined : portRange(published)
  if (published !== "" && host === undefined) return wrong(`"${published}" is no port from 0 to 65535`)
  const [count, hostCount] = [targets, host].map((range) => (range === undefined ? 0 : range[1] - range[0] + 1))
  if (host !== undefined && count !== 1 && hostCount !== count) {
    return wrong("the ranges of the host and of the container have different lengths")
  }
  return {
    value: {
      targets,
      ...(host !== undefined && { published: host }),
      ...(hostIp !== undefined && { hostIp }),
      protocol
    }
  }
}

/**
 * The ports of a short form: a range of ports of the container is one port each, beside which those of the host count up;
 * a range of the host for one port of the container stays one.
 */
export const portsOf = ({ hostIp, protocol, published, targets }: PortText): ReadonlyArray<ServicePort> => {
  const [first, last] = targets
  const host = (target: number) => {
    if (published === undefined) return undefined
    const [from, to] = published
    return first === last && from !== to ? `${from}-${to}` : String(from + target - first)
  }
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const port = host(first + index)
    return {
      target: first + index,
      ...(port !== undefined && { published: port }),
      ...(hostIp !== undefined && { hostIp }),
      protocol
    }
  })
}

/** Whether a text looks like an IPv4 or IPv6 address. */
export const isAddress = (text: string): boolean =>
  /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text) ||
  (text.includes(":") && /^[\da-f:.]+(?:%\w+)?$/i.test(text))
