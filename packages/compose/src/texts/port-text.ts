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

/**
 * Reads the short form of a port. A range of ports of the container becomes one port each, beside which those of the host
 * count up; a range of the host for one port of the container stays one.
 */
export const parsePort = (text: string): Parsed<ReadonlyArray<ServicePort>> => {
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
  const [first, last] = targets
  const count = last - first + 1
  const perPort = count > 1
  if (host !== undefined && perPort && host[1] - host[0] + 1 !== count) {
    return wrong("the ranges of the host and of the container have different lengths")
  }
  const value = Array.from({ length: count }, (_, index) => ({
    target: first + index,
    ...(host !== undefined && { published: perPort ? String(host[0] + index) : published }),
    ...(hostIp !== undefined && { hostIp }),
    protocol
  }))
  return { value }
}

/** Whether a text looks like an IPv4 or IPv6 address. */
export const isAddress = (text: string): boolean =>
  /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text) ||
  (text.includes(":") && /^[\da-f:.]+(?:%\w+)?$/i.test(text))
