/** Requests to and rows from the kernel's tables of addresses and routes, as bytes. Pure. Spec: rtnetlink(7). */

import { broadcastOf, formatIPv4, parseIPv4 } from "./ipv4.ts"
import { formatIPv6, parseIPv6 } from "./ipv6.ts"
import {
  decodeAttributes,
  encodeAttributes,
  joined,
  type Message,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  numberAttribute,
  numberOf
} from "./message.ts"
import { given, table, u32 } from "./request-parts.ts"
import type { RouteRequest } from "./route-socket.ts"

const RTM_NEWADDR = 20
const RTM_GETADDR = 22
const RTM_NEWROUTE = 24
const RTM_GETROUTE = 26
const IFA_ADDRESS = 1
const IFA_LOCAL = 2
const IFA_BROADCAST = 4
const RTA_DST = 1
const RTA_OIF = 4
const RTA_GATEWAY = 5
const RTA_PREFSRC = 7
const RTA_TABLE = 15
const RT_TABLE_MAIN = 254
const RTPROT_BOOT = 3
const RTN_UNICAST = 1
const RT_SCOPE_UNIVERSE = 0
const RT_SCOPE_LINK = 253
const RT_SCOPE_HOST = 254
const IFA_F_NODAD = 2
const AF_INET = 2
const AF_INET6 = 10

/** An address of a device. */
export interface AddressRow {
  readonly index: number
  readonly address: string
  readonly prefix: number
}

/** A route. */
export interface RouteRow {
  /** `0.0.0.0` or `::` with prefix 0 is the default route. */
  readonly destination: string
  readonly prefix: number
  readonly gateway: string | undefined
  /** Index of the device; 0 when the route names none (such as `unreachable`). */
  readonly index: number
  /** 254 is the main table, 255 the addresses of the host itself. */
  readonly table: number
}

/** A route to add. Gateway or device must be there. */
export interface NewRoute {
  /** `default`, an address, or address/prefix. A default route is of the family of its gateway. */
  readonly destination: string
  readonly gateway?: string | undefined
  readonly index?: number | undefined
  /** The address that connections of this host get. */
  readonly source?: string | undefined
  /** Takes the place of one that leads elsewhere. */
  readonly replace?: boolean
}

const isSix = (text: string): boolean => text.includes(":")

const address = (text: string): Uint8Array => {
  const bytes = isSix(text) ? parseIPv6(text) : parseIPv4(text)
  if (bytes === undefined) throw new RangeError(`${text} is not an IP address`)
  return bytes
}

const textOfAddress = (bytes: Uint8Array): string => (bytes.length === 16 ? formatIPv6(bytes) : formatIPv4(bytes))

/** What there is of bytes of an address that is all zeros where nothing is said. */
const noAddress = (family: number | undefined) => new Uint8Array(family === AF_INET6 ? 16 : 4)

/**
 * Gives a device an address, with the broadcast address of its subnet. An IPv6 one is usable at once: nobody is asked
 * whether he has it. Fails with EEXIST when the device has it, EACCES when it is to have no IPv6.
 */
export const newAddress = (index: number, text: string, prefix: number): RouteRequest => {
  const bytes = address(text)
  const six = isSix(text)
  const header = new DataView(new ArrayBuffer(8))
  header.setUint8(0, six ? AF_INET6 : AF_INET)
  header.setUint8(1, prefix)
  header.setUint8(2, six ? IFA_F_NODAD : 0)
  header.setUint8(3, text.startsWith("127.") ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE)
  header.setUint32(4, index, true)
  return {
    name: "RTM_NEWADDR",
    detail: `${text}/${prefix}, link ${index}`,
    type: RTM_NEWADDR,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    body: joined([
      new Uint8Array(header.buffer),
      encodeAttributes([
        { type: IFA_LOCAL, value: bytes },
        { type: IFA_ADDRESS, value: bytes },
        // A subnet of one or two addresses has no room for a broadcast address (RFC 3021), and IPv6 has none.
        ...(six || prefix > 30 ? [] : [{ type: IFA_BROADCAST, value: broadcastOf(bytes, prefix) }])
      ])
    ])
  }
}

/** Adds a route to the main table. Fails with EEXIST when it is there and is not to be replaced, ENETUNREACH when the gateway is not. */
export const newRoute = ({ destination, gateway, index, replace = false, source }: NewRoute): RouteRequest => {
  const six = isSix(destination === "default" ? (gateway ?? "") : destination)
  const everything = six ? "::/0" : "0.0.0.0/0"
  const [network = "", length = six ? "128" : "32"] = (destination === "default" ? everything : destination).split("/")
  const prefix = Number(length)
  const header = new DataView(new ArrayBuffer(12))
  const scope = gateway === undefined ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE
  for (const [at, byte] of [
    six ? AF_INET6 : AF_INET,
    prefix,
    0,
    0,
    RT_TABLE_MAIN,
    RTPROT_BOOT,
    scope,
    RTN_UNICAST
  ].entries()) {
    header.setUint8(at, byte)
  }
  return {
    name: "RTM_NEWROUTE",
    detail: gateway === undefined ? destination : `${destination} via ${gateway}`,
    type: RTM_NEWROUTE,
    flags: NLM_F_CREATE | (replace ? NLM_F_REPLACE : NLM_F_EXCL),
    body: joined([
      new Uint8Array(header.buffer),
      encodeAttributes([
        ...(prefix === 0 ? [] : [{ type: RTA_DST, value: address(network) }]),
        ...given(gateway, (value) => ({ type: RTA_GATEWAY, value: address(value) })),
        ...given(index, (value) => numberAttribute(RTA_OIF, value)),
        ...given(source, (value) => ({ type: RTA_PREFSRC, value: address(value) }))
      ])
    ])
  }
}

const addressesOf = (family: number) => table("RTM_GETADDR", RTM_GETADDR, Uint8Array.of(family, 0, 0, 0, 0, 0, 0, 0))
const routesOf = (family: number) =>
  table("RTM_GETROUTE", RTM_GETROUTE, Uint8Array.of(family, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
/** Asks for all IPv4 addresses. */
export const allAddresses = addressesOf(AF_INET)
/** Asks for all IPv6 addresses. */
export const allAddresses6 = addressesOf(AF_INET6)
/** Asks for all IPv4 routes of all tables. */
export const allRoutes = routesOf(AF_INET)
/** Asks for all IPv6 routes of all tables. */
export const allRoutes6 = routesOf(AF_INET6)

const isIp = (family: number | undefined): boolean => family === AF_INET || family === AF_INET6

/** Reads an address; undefined for another message. */
export const addressRow = ({ type, body }: Message): AddressRow | undefined => {
  if (type !== RTM_NEWADDR || !isIp(body[0])) return undefined
  const attributes = decodeAttributes(body.subarray(8))
  // The other end of a point-to-point link is IFA_ADDRESS; the device's own address is IFA_LOCAL.
  const local = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS)
  return local === undefined ? undefined : { index: u32(body, 4), address: textOfAddress(local), prefix: body[1] ?? 0 }
}

/** Reads a route; undefined for another message. */
export const routeRow = ({ type, body }: Message): RouteRow | undefined => {
  if (type !== RTM_NEWROUTE || !isIp(body[0])) return undefined
  const attributes = decodeAttributes(body.subarray(12))
  const gateway = attributes.get(RTA_GATEWAY)
  return {
    destination: textOfAddress(attributes.get(RTA_DST) ?? noAddress(body[0])),
    prefix: body[1] ?? 0,
    gateway: gateway === undefined ? undefined : textOfAddress(gateway),
    index: numberOf(attributes.get(RTA_OIF)) ?? 0,
    table: numberOf(attributes.get(RTA_TABLE)) ?? body[4] ?? 0
  }
}
