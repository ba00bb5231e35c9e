/** Requests to and rows from the kernel's table of network devices, as bytes. Pure. Spec: rtnetlink(7). */

import {
  type Attribute,
  decodeAttributes,
  encodeAttributes,
  joined,
  type Message,
  NLM_F_CREATE,
  NLM_F_EXCL,
  numberAttribute,
  numberOf,
  textAttribute,
  textOf
} from "./message.ts"
import { given, table, u32 } from "./request-parts.ts"
import type { RouteRequest } from "./route-socket.ts"

const RTM_NEWLINK = 16
const RTM_DELLINK = 17
const RTM_GETLINK = 18
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

/** struct ifinfomsg: family, type, index, flags, and which flags are meant. */
const linkHeader = (index: number, up?: boolean): Uint8Array => {
  const view = new DataView(new ArrayBuffer(16))
  view.setUint8(0, AF_UNSPEC)
  view.setInt32(4, index, true)
  view.setUint32(8, up === true ? IFF_UP : 0, true)
  view.setUint32(12, up === undefined ? 0 : IFF_UP, true)
  return new Uint8Array(view.buffer)
}

const linkAttributes = ({ name, mac, mtu, master, netnsFd }: LinkSettings): ReadonlyArray<Attribute> => [
  ...given(name, (value) => textAttribute(IFLA_IFNAME, value)),
  ...given(mac, (value) => ({ type: IFLA_ADDRESS, value: macBytes(value) })),
  ...given(mtu, (value) => numberAttribute(IFLA_MTU, value)),
  ...given(master, (value) => numberAttribute(IFLA_MASTER, value)),
  ...given(netnsFd, (value) => numberAttribute(IFLA_NET_NS_FD, value))
]

/** The six bytes of a hardware address. Throws a RangeError for other text. */
const macBytes = (mac: string): Uint8Array => {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac)) throw new RangeError(`${mac} is not a hardware address`)
  return Uint8Array.from(mac.split(":"), (byte) => Number.parseInt(byte, 16))
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

/** Asks for all devices. */
export const allLinks = table("RTM_GETLINK", RTM_GETLINK, linkHeader(0))
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
