import type { NetworkShape, PortRequest, PublishedPort } from "@gantry/core/network/Network"
import * as Effect from "effect/Effect"

/** Whether two published ports would answer on the same port of the host. */
export const clash = (a: Omit<PublishedPort, "containerPort">, b: Omit<PublishedPort, "containerPort">): boolean =>
  a.protocol === b.protocol &&
  a.hostPort === b.hostPort &&
  (a.hostIp === b.hostIp || a.hostIp === "0.0.0.0" || b.hostIp === "0.0.0.0")

/** Whether a port is published as it was asked for. */
export const fits = (asked: PortRequest, got: PublishedPort): boolean => {
  const { hostPort: wish = 0 } = asked
  const [first, last] = typeof wish === "object" ? [wish.first, wish.last] : wish === 0 ? [1, 65_535] : [wish, wish]
  return (
    got.hostIp === (asked.hostIp ?? "0.0.0.0") &&
    got.hostPort >= first &&
    got.hostPort <= last &&
    got.protocol === asked.protocol &&
    got.containerPort === asked.containerPort
  )
}

/** A port by number, as it is published. */
export const published = (asked: PortRequest) => ({
  hostIp: asked.hostIp ?? "0.0.0.0",
  hostPort: Number(asked.hostPort),
  protocol: asked.protocol
})

/** The ports that a container has in all its networks. */
export const portsNow = (network: NetworkShape, container: string) =>
  Effect.map(network.attached, (all) => all.flatMap((each) => (each.container === container ? each.ports : [])))
