import type { Wiring } from "@gantry/core/network/Wiring"
import { O_CLOEXEC, O_RDONLY, O_WRONLY } from "../constants.ts"
import { type Links, withLinks } from "../netlink/link.ts"
import { SyscallError } from "../SyscallError.ts"
import type { Syscalls } from "../Syscalls.ts"

/** True when the network namespace was made for this container and is its to set up. */
export const ownsNetwork = (wiring: ReadonlyArray<Wiring>): boolean => wiring.every(({ type }) => type === "veth")

/**
 * Switches loopback on and gives the container's ends of its links their addresses and routes, in the network namespace
 * of the calling thread.
 */
export const setUpLinks = (sys: Syscalls, wiring: ReadonlyArray<Wiring>): void =>
  withLinks(sys, (links) => {
    links.setLinkUp("lo")
    const ends = wiring.filter((each) => each.type === "veth")
    for (const end of ends) setUpEnd(sys, links, end)
    // A second default route would be refused; the first network is the way out.
    setWaysOut(sys, links, waysOut(ends))
  })

/** A container's end of a link. */
export type LinkEnd = Pick<
  Extract<Wiring, { readonly type: "veth" }>,
  "address" | "gateway" | "ipv6" | "name" | "prefixLength"
>

/** Gives an end of a link its addresses and switches it on, in the network namespace of the calling thread. */
export const setUpEnd = (sys: Syscalls, links: Links, { address, ipv6, name, prefixLength }: LinkEnd): void => {
  links.addAddress(name, address, prefixLength)
  if (ipv6 !== undefined && takesIpv6(sys, name)) {
    // The neighbours are strangers: what they say of ways and addresses is not to be believed.
    onSetting(sys, name, "accept_ra", O_WRONLY, (fd) => sys.write(fd, zero))
    links.addAddress(name, ipv6.address, ipv6.prefixLength)
  }
  links.setLinkUp(name)
}

/** A default route of a container. */
export interface WayOut {
  /** Name of the link. */
  readonly dev: string
  readonly gateway: string
  /** Whether it is one of IPv6. */
  readonly six: boolean
}

/** The default routes of a container: one of each family, by the first of its links that has one. */
export const waysOut = (ends: ReadonlyArray<LinkEnd>): ReadonlyArray<WayOut> =>
  [false, true].flatMap((six) => {
    const gatewayOf = ({ gateway, ipv6 }: LinkEnd) => (six ? ipv6?.gateway : gateway)
    const end = ends.find((each) => gatewayOf(each) !== undefined)
    const gateway = end === undefined ? undefined : gatewayOf(end)
    return end === undefined || gateway === undefined ? [] : [{ dev: end.name, gateway, six }]
  })

/** Sets default routes, in the network namespace of the calling thread; with `replace` in the place of others. */
export const setWaysOut = (sys: Syscalls, links: Links, ways: ReadonlyArray<WayOut>, replace = false): void => {
  for (const { dev, gateway, six } of ways) {
    if (!six || takesIpv6(sys, dev)) links.addRoute({ destination: "default", gateway, dev, replace })
  }
}

/** Whether a link takes IPv6 addresses: not where the kernel has none, nor when they were switched off with `--sysctl`. */
const takesIpv6 = (sys: Syscalls, link: string): boolean => {
  const byte = new Uint8Array(1)
  return onSetting(sys, link, "disable_ipv6", O_RDONLY, (fd) => sys.read(fd, byte)) === 1 && byte[0] === zero[0]
}

const zero = new TextEncoder().encode("0")

/** Opens a setting of a link for a use. Undefined, and nothing done, where the kernel does not let us. */
const onSetting = <A>(sys: Syscalls, link: string, name: string, flags: number, use: (fd: number) => A) => {
  let fd: number | undefined
  try {
    fd = sys.open(`/proc/sys/net/ipv6/conf/${link}/${name}`, flags | O_CLOEXEC)
    return use(fd)
  } catch (error) {
    if (error instanceof SyscallError) return undefined
    throw error
  } finally {
    if (fd !== undefined) sys.close(fd)
  }
}
