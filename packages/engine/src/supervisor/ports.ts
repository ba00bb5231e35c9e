import type { PublishedPort } from "@gantry/core/network/Network"
import { loadSyscallsSync } from "@gantry/linux/load"
import { type HostSocket, takeHostSocket } from "./host-socket.ts"
import { hostsOf, isWithoutAddress } from "./hosts.ts"
import { makeRoom, type Room } from "./room.ts"
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

/** Where a port is listened at: an address, and the socket that is bound there if it is made already. */
export interface Place {
  readonly host: string
  readonly fd?: number
}

/** Where what comes to a port is carried. */
export interface Target {
  /** The container's, at most one of each kind. */
  readonly addresses: ReadonlyArray<string>
  /** Whoever comes when there is none is sent away. */
  readonly room: Room
}

/** A port that is listened at. */
export interface OpenPort extends HeldPort {
  readonly number: number
}

/** All ports that one container holds. */
export interface HeldPorts extends HeldPort {
  /**
   * Holds exactly these from now on; those that were held already are not let go of in between. Nothing changes when one
   * is refused. One call at a time. `sockets`: those to listen at, in the order of the ports, if this process is no longer
   * in the network whose ports they are; they are asked for what is not held yet.
   */
  readonly change: (
    ports: ReadonlyArray<PublishedPort>,
    addresses: ReadonlyArray<string>,
    sockets?: ReadonlyArray<HostSocket | null>
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
  const room = makeRoom(loadSyscallsSync())
  let held: ReadonlyMap<string, HeldPort> = new Map()
  const change: HeldPorts["change"] = async (wanted, target, sockets) => {
    const next = new Map<string, HeldPort>()
    const fresh: Array<HeldPort> = []
    for (const [index, port] of wanted.entries()) {
      const name = nameOf(port, target)
      const known = held.get(name)
      // In order: a refusal has to find everything before it in `fresh`.
      // oxlint-disable-next-line no-await-in-loop
      const one = known ?? (await take(port, { addresses: target, room }, sockets?.[index] ?? undefined))
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
  target: Target,
  given: HostSocket | undefined
): Promise<HeldPort | PortRefusal | undefined> => {
  const open = port.protocol === "tcp" ? holdTcp : port.protocol === "udp" ? holdUdp : undefined
  if (open === undefined) return undefined
  try {
    if (given !== undefined) return await holdGiven(given, (place) => open(port, place, target))
    return await firstOf(hostsOf(port.hostIp), (host) => open(port, { host }, target))
  } catch (error) {
    const { code = "EIO", message } = error as NodeJS.ErrnoException
    return { port, code, why: code === "EADDRINUSE" ? "address already in use" : message }
  }
}

const firstOf = async <A>(hosts: ReadonlyArray<string>, hold: (host: string) => Promise<A>): Promise<A> => {
  const [host = "", next] = hosts
  try {
    return await hold(host)
  } catch (error) {
    if (next === undefined || !isWithoutAddress(error)) throw error
    return hold(next)
  }
}

/** Listens at a socket that another process has made. */
const holdGiven = async (given: HostSocket, open: (place: Place) => Promise<OpenPort>): Promise<OpenPort> => {
  if ("code" in given) throw Object.assign(new Error(given.why), { code: given.code })
  const sys = loadSyscallsSync()
  const fd = takeHostSocket(sys, given)
  try {
    return await open({ host: given.host, fd })
  } catch (error) {
    sys.close(fd)
    throw error
  }
}
