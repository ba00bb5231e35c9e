import { failedWith } from "../SyscallError.ts"
import type { Syscalls } from "../Syscalls.ts"
import type { Message } from "./message.ts"
import {
  allLinks,
  changeLink,
  getLink,
  linkRow,
  type LinkRow,
  type LinkSettings,
  newLink,
  newVeth,
  removeLink
} from "./link-messages.ts"
import {
  addressRow,
  type AddressRow,
  allAddresses,
  allAddresses6,
  allRoutes,
  allRoutes6,
  newAddress,
  newRoute,
  routeRow,
  type RouteRow
} from "./route-messages.ts"
import { openRouteSocket } from "./route-socket.ts"

/** A pair of devices, one end here and one in another namespace. */
export interface VethRequest {
  readonly name: string
  readonly mac?: string
  readonly peerName: string
  readonly peerMac?: string
  /** The network namespace in which the peer is created. Left out: this one. */
  readonly peerNetnsFd?: number
  /** The bridge that the near end joins, by index or by name. */
  readonly master?: number | string
  /** Bytes, for both ends. */
  readonly mtu?: number
  /** Whether the far end starts switched on; the near end always does. */
  readonly peerUp?: boolean
}

/** A route by names in place of numbers. */
export interface RouteTo {
  /** `default`, an address, or address/prefix. A default route is of the family of its gateway. */
  readonly destination: string
  readonly gateway?: string
  /** Name of the device. */
  readonly dev?: string
  readonly source?: string
  /** Takes the place of one that leads elsewhere. */
  readonly replace?: boolean
}

/**
 * The devices, addresses and routes of one network namespace: that of the thread when it was opened.
 *
 * Every method throws `SyscallError` with a call such as `netlink RTM_NEWLINK`. EEXIST: the name, address or route is
 * there already. ENODEV: no device has that name.
 */
export interface Links {
  /** A bridge that is switched on. */
  readonly createBridge: (name: string, options?: { readonly mtu?: number; readonly mac?: string }) => void
  readonly createVeth: (request: VethRequest) => void
  readonly setLinkUp: (name: string) => void
  readonly changeLink: (name: string, settings: LinkSettings) => void
  readonly deleteLink: (name: string) => void
  /** The same where a device may be gone, or be going: the kernel takes away those of a network namespace that has ended. */
  readonly discardLink: (name: string) => void
  /** The number of a device; undefined when no device has that name. */
  readonly linkIndex: (name: string) => number | undefined
  /** An IPv6 address is usable at once: nobody is asked whether he has it. */
  readonly addAddress: (name: string, address: string, prefix: number) => void
  readonly addRoute: (route: RouteTo) => void
  readonly listLinks: () => ReadonlyArray<LinkRow>
  /** IPv4 addresses. */
  readonly listAddresses: () => ReadonlyArray<AddressRow>
  /** IPv6 addresses; none on a host without IPv6. */
  readonly listAddresses6: () => ReadonlyArray<AddressRow>
  /** IPv4 routes of all tables. */
  readonly listRoutes: () => ReadonlyArray<RouteRow>
  /** IPv6 routes of all tables; none on a host without IPv6. */
  readonly listRoutes6: () => ReadonlyArray<RouteRow>
  /** A second call does nothing. */
  readonly close: () => void
}

const rows = <Row>(messages: ReadonlyArray<Message>, read: (message: Message) => Row | undefined): ReadonlyArray<Row> =>
  messages.map(read).filter((row) => row !== undefined)

/** Opens a connection for several operations. Close it. */
export const openLinks = (sys: Syscalls): Links => {
  const socket = openRouteSocket(sys)

  const indexOf = (name: string): number => {
    const [row] = rows(socket.request(getLink(name)), linkRow)
    return row?.index ?? 0
  }

  return {
    close: socket.close,
    createBridge: (name, { mtu, mac } = {}) => void socket.request(newLink("bridge", { name, mtu, mac, up: true })),
    createVeth: ({ name, mac, peerName, peerMac, peerNetnsFd, master, mtu, peerUp }) => {
      const masterIndex = typeof master === "string" ? indexOf(master) : master
      socket.request(
        newVeth(
          { name, mac, mtu, master: masterIndex, up: true },
          { name: peerName, mac: peerMac, mtu, netnsFd: peerNetnsFd, up: peerUp }
        )
      )
    },
    setLinkUp: (name) => void socket.request(changeLink(indexOf(name), { up: true })),
    changeLink: (name, settings) => void socket.request(changeLink(indexOf(name), settings)),
    deleteLink: (name) => void socket.request(removeLink(name)),
    discardLink: (name) => {
      try {
        socket.request(removeLink(name))
      } catch (error) {
        if (!failedWith(error, "ENODEV")) throw error
      }
    },
    linkIndex: (name) => rows(socket.dump(allLinks), linkRow).find((row) => row.name === name)?.index,
    addAddress: (name, address, prefix) => void socket.request(newAddress(indexOf(name), address, prefix)),
    addRoute: ({ destination, gateway, dev, replace = false, source }) =>
      void socket.request(
        newRoute({ destination, gateway, index: dev === undefined ? undefined : indexOf(dev), replace, source })
      ),
    listLinks: () => rows(socket.dump(allLinks), linkRow),
    listAddresses: () => rows(socket.dump(allAddresses), addressRow),
    // A kernel without IPv6 answers with what it has instead.
    listAddresses6: () => rows(socket.dump(allAddresses6), addressRow).filter(({ address }) => address.includes(":")),
    listRoutes: () => rows(socket.dump(allRoutes), routeRow),
    listRoutes6: () => rows(socket.dump(allRoutes6), routeRow).filter((row) => row.destination.includes(":"))
  }
}

/** Opens a connection, uses it and closes it, also after a failure. */
export const withLinks = <A>(sys: Syscalls, use: (links: Links) => A): A => {
  const links = openLinks(sys)
  try {
    return use(links)
  } finally {
    links.close()
  }
}
