/** Requests to and rows from the kernel's network tables, as bytes. Pure. Spec: rtnetlink(7). */

import { broadcastOf, formatIPv4, parseIPv4 } from "./ipv4.ts"
import {
  type Attribute,
  decodeAttributes,
  encodeAttributes,
  joined,
  type Message,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  numberAttribute,
  numberOf,
  textAttribute,
  textOf
} from "./message.ts"
import type { RouteRequest } from "./route-socket.ts"

const RTM_NEWLINK = 16
const RTM_DELLINK = 17
const RTM_GETLINK = 18
const RTM_NEWADDR = 20
const RTM_GETADDR = 22
const RTM_NEWROUTE = 24
const RTM_GETROUTE = 26
const IFLA_ADDRESS = 1
const IFLA_IFNAME = 3
const IFLA_MTU = 4
const IFLA_MASTER = 10
const IFLA_LINKINFO = 18
const IFLA_NET_NS_FD = 28
const IFLA_INFO_KIND = 1
const IFLA_INFO_DATA = 2
const VETH_INFO_PEER = 1
const IFF_UP = 1
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
const AF_INET = 2
const AF_UNSPEC = 0

/** What a link is to have. What is left out stays as it is, or is chosen by the kernel. */
export interface LinkSettings {
  readonly name?: string | undefined
  /** Six bytes in hexadecimal with colons. */
  readonly mac?: string | undefined
  /** Bytes. */
  readonly mtu?: number | undefined
  /** Index of the bridge it belongs to; 0 for none. */
  readonly master?: number | undefined
  /** The namespace it moves to, or is created in. */
  readonly netnsFd?: number | undefined
  readonly up?: boolean | undefined
}

/** A network device. */
export interface LinkRow {
  readonly index: number
  readonly name: string
  readonly up: boolean
  readonly mtu: number
  /** Empty for devices that have none. */
  readonly mac: string
  /** Index of the bridge it belongs to; 0 for none. */
  readonly master: number
  /** `bridge`, `veth` and so on; empty for physical devices. */
  readonly kind: string
}

/** An IPv4 address of a device. */
export interface AddressRow {
  readonly index: number
  readonly address: string
  readonly prefix: number
}

/** An IPv4 route. */
export interface RouteRow {
  /** `0.0.0.0` with prefix 0 is the default route. */
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
  /** `default`, an address, or address/prefix. */
  readonly destination: string
  readonly gateway?: string | undefined
  readonly index?: number | undefined
  /** The address that connections of this host get. */
  readonly source?: string | undefined
  /** Takes the place of one that leads elsewhere. */
  readonly replace?: boolean
}

/** struct ifinfomsg: family, type, index, flags, and which flags are meant. */
const linkHeader = (index: number, up?: boolean): Uint8Array => {
  const view = new DataView(new ArrayBuffer(16))
  view.setUint8(0, AF_UNSPEC)
  view.setInt32(4, index, true)
  view.setUint32(8, up === true ? IFF_UP : 0, true)
  view.setUint32(12, up === undefined ? 0 : IFF_UP, true)
  return new Uint8Array(view.buffer)
}

const given = <A>(value: A | undefined, attribute: (value: A) => Attribute): ReadonlyArray<Attribute> =>
  value === undefined ? [] : [attribute(value)]

const linkAttributes = ({ name, mac, mtu, master, netnsFd }: LinkSettings): ReadonlyArray<Attribute> => [
  ...given(name, (value) => textAttribute(IFLA_IFNAME, value)),
  ...given(mac, (value) => ({ type: IFLA_ADDRESS, value: macBytes(value) })),
  ...given(mtu, (value) => numberAttribute(IFLA_MTU, value)),
  ...given(master, (value) => numberAttribute(IFLA_MASTER, value)),
  ...given(netnsFd, (value) => numberAttribute(IFLA_NET_NS_FD, value))
]

/** The six bytes of a hardware address. Throws a RangeError for other text. */
export const macBytes = (mac: string): Uint8Array => {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac)) throw new RangeError(`${mac} is not a hardware address`)
  return Uint8Array.from(mac.split(":"), (byte) => Number.parseInt(byte, 16))
}

const address = (text: string): Uint8Array => {
  const bytes = parseIPv4(text)
  if (bytes === undefined) throw new RangeError(`${text} is not an IPv4 address`)
  return bytes
}

/** Creates a device of a kind. `data` is what that kind understands. Fails with EEXIST when the name is taken. */
export const newLink = (kind: string, settings: LinkSettings, data: ReadonlyArray<Attribute> = []): RouteRequest => ({
  name: "RTM_NEWLINK",
  detail: [kind, settings.name ?? ""].join(" "),
  type: RTM_NEWLINK,
  flags: NLM_F_CREATE | NLM_F_EXCL,
  body: joined([
    linkHeader(0, settings.up),
    encodeAttributes([
      ...linkAttributes(settings),
      {
        type: IFLA_LINKINFO,
        value: [
          textAttribute(IFLA_INFO_KIND, kind),
          ...(data.length === 0 ? [] : [{ type: IFLA_INFO_DATA, value: data }])
        ]
      }
    ])
  ])
})

/** Creates a pair of devices in one step, the peer directly in its own namespace when it names one. */
export const newVeth = (settings: LinkSettings, peer: LinkSettings): RouteRequest =>
  newLink("veth", settings, [
    { type: VETH_INFO_PEER, value: joined([linkHeader(0, peer.up), encodeAttributes(linkAttributes(peer))]) }
  ])

/** Changes a device. */
export const changeLink = (index: number, settings: LinkSettings): RouteRequest => ({
  name: "RTM_NEWLINK",
  detail: `link ${index}`,
  type: RTM_NEWLINK,
  flags: 0,
  body: joined([linkHeader(index, settings.up), encodeAttributes(linkAttributes(settings))])
})

const byName = (request: string, type: number, name: string): RouteRequest => ({
  name: request,
  detail: name,
  type,
  flags: 0,
  body: joined([linkHeader(0), encodeAttributes([textAttribute(IFLA_IFNAME, name)])])
})

/** Removes a device, and the other end of a pair with it. Fails with ENODEV when there is none. */
export const removeLink = (name: string): RouteRequest => byName("RTM_DELLINK", RTM_DELLINK, name)

/** Asks for one device. Fails with ENODEV when there is none. */
export const getLink = (name: string): RouteRequest => byName("RTM_GETLINK", RTM_GETLINK, name)

/** Gives a device an address, with the broadcast address of its subnet. Fails with EEXIST when it has it. */
export const newAddress = (index: number, text: string, prefix: number): RouteRequest => {
  const bytes = address(text)
  const header = new DataView(new ArrayBuffer(8))
  header.setUint8(0, AF_INET)
  header.setUint8(1, prefix)
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
        // A subnet of one or two addresses has no room for a broadcast address (RFC 3021).
        ...(prefix > 30 ? [] : [{ type: IFA_BROADCAST, value: broadcastOf(bytes, prefix) }])
      ])
    ])
  }
}

/** Adds a route to the main table. Fails with EEXIST when it is there and is not to be replaced, ENETUNREACH when the gateway is not. */
export const newRoute = ({ destination, gateway, index, replace = false, source }: NewRoute): RouteRequest => {
  const [network = "", length = "32"] = (destination === "default" ? "0.0.0.0/0" : destination).split("/")
  const prefix = Number(length)
  const header = new DataView(new ArrayBuffer(12))
  const scope = gateway === undefined ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE
  for (const [at, byte] of [AF_INET, prefix, 0, 0, RT_TABLE_MAIN, RTPROT_BOOT, scope, RTN_UNICAST].entries()) {
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

const table = (name: string, type: number, body: Uint8Array): RouteRequest => ({
  name,
  detail: "all",
  type,
  flags: 0,
  body
})

/** Asks for all devices. */
export const allLinks = table("RTM_GETLINK", RTM_GETLINK, linkHeader(0))
/** Asks for all IPv4 addresses. */
export const allAddresses = table("RTM_GETADDR", RTM_GETADDR, Uint8Array.of(AF_INET, 0, 0, 0, 0, 0, 0, 0))
/** Asks for all IPv4 routes of all tables. */
export const allRoutes = table("RTM_GETROUTE", RTM_GETROUTE, Uint8Array.of(AF_INET, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

const u32 = (bytes: Uint8Array, at: number) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true)

/** Reads a device; undefined for another message. */
export const linkRow = ({ type, body }: Message): LinkRow | undefined => {
  if (type !== RTM_NEWLINK || body.length < 16) return undefined
  const attributes = decodeAttributes(body.subarray(16))
  return {
    index: u32(body, 4),
    name: textOf(attributes.get(IFLA_IFNAME)),
    up: (u32(body, 8) & IFF_UP) !== 0,
    mtu: numberOf(attributes.get(IFLA_MTU)) ?? 0,
    mac: [...(attributes.get(IFLA_ADDRESS) ?? [])].map((byte) => byte.toString(16).padStart(2, "0")).join(":"),
    master: numberOf(attributes.get(IFLA_MASTER)) ?? 0,
    kind: textOf(decodeAttributes(attributes.get(IFLA_LINKINFO) ?? new Uint8Array(0)).get(IFLA_INFO_KIND))
  }
}

/** Reads an IPv4 address; undefined for another message. */
export const addressRow = ({ type, body }: Message): AddressRow | undefined => {
  if (type !== RTM_NEWADDR || body[0] !== AF_INET) return undefined
  const attributes = decodeAttributes(body.subarray(8))
  // The other end of a point-to-point link is IFA_ADDRESS; the device's own address is IFA_LOCAL.
  const local = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS)
  return local === undefined ? undefined : { index: u32(body, 4), address: formatIPv4(local), prefix: body[1] ?? 0 }
}

/** Reads an IPv4 route; undefined for another message. */
export const routeRow = ({ type, body }: Message): RouteRow | undefined => {
  if (type !== RTM_NEWROUTE || body[0] !== AF_INET) return undefined
  const attributes = decodeAttributes(body.subarray(12))
  const gateway = attributes.get(RTA_GATEWAY)
  return {
    destination: formatIPv4(attributes.get(RTA_DST) ?? new Uint8Array(4)),
    prefix: body[1] ?? 0,
    gateway: gateway === undefined ? undefined : formatIPv4(gateway),
    index: numberOf(attributes.get(RTA_OIF)) ?? 0,
    table: numberOf(attributes.get(RTA_TABLE)) ?? body[4] ?? 0
  }
}
