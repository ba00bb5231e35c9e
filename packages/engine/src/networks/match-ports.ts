import type { PortRequest, PublishedPort } from "@gantry/core/network/Network"

const everyAddress = new Set(["", "0.0.0.0", "::", "[::]"])

const addressOf = (hostIp: string | undefined): string =>
  hostIp === undefined || everyAddress.has(hostIp) ? "0.0.0.0" : hostIp

type Place = Pick<PortRequest, "hostIp" | "hostPort" | "containerPort" | "protocol">

const rangeOf = (hostPort: PortRequest["hostPort"]): readonly [number, number] =>
  typeof hostPort === "object" ? [hostPort.first, hostPort.last] : [hostPort ?? 0, hostPort ?? 0]

/** Whether a port, published or asked for, is meant by a wish. What the wish leaves out is any. */
export const means = (wish: PortRequest, port: Place): boolean => {
  if (wish.containerPort !== port.containerPort || wish.protocol !== port.protocol) return false
  if (wish.hostIp !== undefined && addressOf(wish.hostIp) !== addressOf(port.hostIp)) return false
  if (wish.hostPort === undefined || wish.hostPort === 0) return true
  const [first, last] = rangeOf(wish.hostPort)
  const [from, to] = rangeOf(port.hostPort)
  return first <= from && to <= last
}

/** Whether a published port may have come from a request for that very address. */
const cameFrom = (request: PortRequest, port: PublishedPort): boolean =>
  addressOf(request.hostIp) === addressOf(port.hostIp) && means({ ...request, hostIp: port.hostIp }, { ...port })

/** Whether it may have come from a request that left the address to the network. */
const wasPlaced = (request: PortRequest, port: PublishedPort): boolean =>
  request.hostIp === undefined && means(request, { ...port })

/**
 * What is left of the requests when ports that came from them are taken away: for each port the request that names it
 * exactly, else one that left the choice open.
 */
export const withoutPorts = (
  requests: ReadonlyArray<PortRequest>,
  gone: ReadonlyArray<PublishedPort>
): ReadonlyArray<PortRequest> => {
  const left = [...requests]
  for (const port of gone) {
    const index = [cameFrom, wasPlaced]
      .flatMap((from) => [
        left.findIndex((each) => each.hostPort === port.hostPort && from(each, port)),
        left.findIndex((each) => from(each, port))
      ])
      .find((each) => each !== -1)
    if (index !== undefined) left.splice(index, 1)
  }
  return left
}

/** Whether two published ports are the same in everything. */
export const samePort = (a: PublishedPort, b: PublishedPort): boolean =>
  a.hostIp === b.hostIp && a.hostPort === b.hostPort && a.containerPort === b.containerPort && a.protocol === b.protocol
