import { readFileSync } from "node:fs"
import type { PortRequest, PublishedPort } from "@gantry/core/network/Network"
import { NetworkRefused, PortTaken } from "@gantry/core/network/NetworkError"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { findHolder } from "./find-holder.ts"
import { candidatePorts, clash, flexible, type HostPort, hostIpOf, parsePortRange } from "./port-choice.ts"
import type { PortRow } from "./tables.ts"
import { tryBind } from "./try-bind.ts"

/** What is already known to be held. */
type Held = HostPort & { readonly containerName?: string }

const taken = ({ hostIp, hostPort, protocol }: HostPort, holder: string | undefined): PortTaken =>
  new PortTaken({ address: hostIp, port: hostPort, protocol, ...(holder === undefined ? {} : { holder }) })

/** The error that says which container has a port. */
export const takenBy = (port: HostPort, { containerName }: Held): PortTaken =>
  taken(port, containerName === undefined ? "another port of the same container" : `container ${containerName}`)

const sentences: { readonly [code: string]: string } = {
  EADDRNOTAVAIL: "no interface of this host has the address",
  EACCES: "this user may not bind ports below 1024",
  // What Deno says in the same case.
  EINVAL: "no interface of this host has the address",
  ENOTFOUND: "that is no IP address"
}

const refused = ({ hostIp, hostPort, protocol }: HostPort, code: string) =>
  new NetworkRefused({ action: `publish ${hostIp}:${hostPort}/${protocol}`, why: sentences[code] ?? code })

/** Checks one port against containers, then against the kernel. Fails with `PortTaken` naming the holder. */
export const checkPort = (port: HostPort, held: ReadonlyArray<Held>): Effect.Effect<void, PortTaken | NetworkRefused> =>
  Effect.suspend(() => {
    const other = held.find((each) => clash(each, port))
    if (other !== undefined) return takenBy(port, other)
    return Effect.mapError(tryBind(port), (code) =>
      code === "EADDRINUSE" ? taken(port, findHolder(port.protocol, port.hostIp, port.hostPort)) : refused(port, code)
    )
  })

const ephemeralRange = () => {
  try {
    return parsePortRange(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8"))
  } catch {
    return parsePortRange("")
  }
}

/** The first port that satisfies the request and is free now. The error is that of the first candidate. */
const choosePort = (
  request: PortRequest,
  held: ReadonlyArray<Held>
): Effect.Effect<PublishedPort, PortTaken | NetworkRefused> =>
  Effect.gen(function* () {
    const hostIp = hostIpOf(request)
    const { containerPort, protocol } = request
    let first: PortTaken | undefined
    for (const hostPort of candidatePorts(request, ephemeralRange(), yield* Random.next)) {
      const proxied = request.proxied === true ? { proxied: true } : {}
      const port: PublishedPort = { hostIp, hostPort, containerPort, protocol, ...proxied }
      const problem = yield* Effect.flip(checkPort(port, held)).pipe(Effect.orElseSucceed(() => undefined))
      if (problem === undefined) return port
      if (problem._tag === "NetworkRefused" || !flexible(request)) return yield* problem
      first ??= problem
    }
    return yield* (
      first ?? new NetworkRefused({ action: `publish port ${containerPort}/${protocol}`, why: "the range is empty" })
    )
  })

/** Chooses all ports of a container. `held` are those of other containers; requests do not share a port either. */
export const choosePorts = (
  requests: ReadonlyArray<PortRequest>,
  held: ReadonlyArray<PortRow>
): Effect.Effect<ReadonlyArray<PublishedPort>, PortTaken | NetworkRefused> =>
  Effect.gen(function* () {
    const chosen: Array<PublishedPort> = []
    // Ports that were asked for by number come first, so that a free choice does not take them away.
    const order = requests.toSorted((a, b) => Number(flexible(a)) - Number(flexible(b)))
    for (const request of order) {
      const same = chosen.some((each) => !flexible(request) && isSame(each, request))
      if (!same) chosen.push(yield* choosePort(request, [...held, ...chosen]))
    }
    return chosen
  })

/** Asking for the very same thing twice is asking once. */
const isSame = (port: PublishedPort, request: PortRequest): boolean =>
  port.hostIp === hostIpOf(request) &&
  port.hostPort === request.hostPort &&
  port.containerPort === request.containerPort &&
  port.protocol === request.protocol
