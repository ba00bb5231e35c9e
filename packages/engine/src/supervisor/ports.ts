import { rootless } from "@gantry/linux/rootless"
import { noForwarder, userNetwork } from "@gantry/linux/user-network"
import type { PublishedPort } from "@gantry/core/network/Network"
import { holdTcp } from "./tcp.ts"
import { holdUdp } from "./udp.ts"

/** A port that could not be held. */
export interface PortRefusal {
  readonly port: PublishedPort
  /** `EADDRINUSE` and the like. */
  readonly code: string
  readonly why: string
}

/** A port that is taken on the host, and answered. */
export interface HeldPort {
  readonly close: () => void
}

/** A port that is listened at. */
export interface OpenPort extends HeldPort {
  readonly number: number
}

/** All ports that one container holds. */
export interface HeldPorts extends HeldPort {
  /**
   * Holds exactly these from now on; those that were held already are not let go of in between. Nothing changes when one
   * is refused. One call at a time.
   */
  readonly change: (
    ports: ReadonlyArray<PublishedPort>,
    addresses: ReadonlyArray<string>
  ) => Promise<PortRefusal | undefined>
}

/**
 * Takes published ports on the host, so that nobody else gets them, and connects whoever reaches them to the same port
 * of the container. Most clients never come here: the kernel translates their address before.
 *
 * `addresses` are the container's, at most one of each kind. All are released when one is refused.
 */
export const holdPorts = async (
  ports: ReadonlyArray<PublishedPort>,
  addresses: ReadonlyArray<string>
): Promise<HeldPorts | PortRefusal> => {
  let held: ReadonlyMap<string, HeldPort> = new Map()
  const change: HeldPorts["change"] = async (wanted, target) => {
    const next = new Map<string, HeldPort>()
    const fresh: Array<HeldPort> = []
    for (const port of wanted) {
      const name = nameOf(port, target)
      const known = held.get(name)
      // In order: a refusal has to find everything before it in `fresh`.
      // oxlint-disable-next-line no-await-in-loop
      const one = known ?? (await take(port, target))
      if (one !== undefined && "code" in one) {
        fresh.forEach((each) => each.close())
        return one
      }
      if (one === undefined) continue
      if (known === undefined) fresh.push(one)
      next.set(name, one)
    }
    for (const [name, each] of held) if (!next.has(name)) each.close()
    held = next
    return undefined
  }
  const refused = await change(ports, addresses)
  return refused ?? { change, close: () => held.forEach((each) => each.close()) }
}

const nameOf = ({ containerPort, hostIp, hostPort, protocol }: PublishedPort, target: ReadonlyArray<string>): string =>
  [hostIp, hostPort, protocol, containerPort, ...target].join(" ")

/** Nothing for a protocol that no socket here speaks. */
const take = async (
  port: PublishedPort,
  addresses: ReadonlyArray<string>
): Promise<HeldPort | PortRefusal | undefined> => {
  const open = port.protocol === "tcp" ? holdTcp : port.protocol === "udp" ? holdUdp : undefined
  if (open === undefined) return undefined
  try {
    if (rootless() !== undefined) return await holdForUser(port, addresses, open)
    return await firstOf(hostsOf(port.hostIp), (host) => open(port, host, addresses))
  } catch (error) {
    const { code = "EIO", message } = error as NodeJS.ErrnoException
    return { port, code, why: code === "EADDRINUSE" ? "address already in use" : message }
  }
}

/** All addresses are those of IPv6 and IPv4 together, where the host has both. */
const hostsOf = (hostIp: string): ReadonlyArray<string> =>
  hostIp === "0.0.0.0" || hostIp === "" ? ["::", "0.0.0.0"] : [hostIp]

const firstOf = async <A>(hosts: ReadonlyArray<string>, hold: (host: string) => Promise<A>): Promise<A> => {
  const [host = "", next] = hosts
  try {
    return await hold(host)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (next === undefined || (code !== "EAFNOSUPPORT" && code !== "EADDRNOTAVAIL")) throw error
    return hold(next)
  }
}

type Open = (port: PublishedPort, host: string, addresses: ReadonlyArray<string>) => Promise<OpenPort>

/** Of an ordinary user the sockets are in the user's network: a port of it is chosen, and the host's leads there. */
const holdForUser = async (port: PublishedPort, addresses: ReadonlyArray<string>, open: Open): Promise<HeldPort> => {
  const { forwardPort } = await import("./user-ports.ts")
  const { hostIp, hostPort, protocol } = port
  const inner = await open({ ...port, hostPort: 0 }, userNetwork.address, addresses).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException
    // The address comes with slirp4netns.
    throw code === "EADDRNOTAVAIL" ? Object.assign(new Error(noForwarder), { code }) : error
  })
  try {
    const takeBack = forwardPort({
      protocol: protocol === "udp" ? "udp" : "tcp",
      hostIp: hostIp === "" ? "0.0.0.0" : hostIp,
      hostPort,
      innerPort: inner.number
    })
    return {
      close: () => {
        takeBack()
        inner.close()
      }
    }
  } catch (error) {
    inner.close()
    throw error
  }
}
