import type { Plugin } from "@gantry/core/Plugin"
import { type AttachRequest, Network } from "@gantry/core/network/Network"
import { NetworkRefused } from "@gantry/core/network/NetworkError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** gantry's own networks, whose containers publish nothing to other machines. */
const plugin: Plugin<void, Network, never, Network> = {
  name: "few-networks",
  contract: "network",
  layer: () =>
    Layer.effect(
      Network,
      Effect.map(Network, (own) => ({
        ...own,
        attach: (request) => Effect.zipRight(onlyLoopback(request.ports), own.attach(request)),
        // Ports come later, too: gantry port add.
        publish: (request) => Effect.zipRight(onlyLoopback(request.ports), own.publish(request))
      }))
    )
}

const onlyLoopback = (ports: AttachRequest["ports"]): Effect.Effect<void, NetworkRefused> => {
  const open = ports.find(({ hostIp }) => hostIp !== "127.0.0.1" && hostIp !== "::1")
  return open === undefined ? Effect.void : Effect.fail(refusal(open.containerPort))
}

const refusal = (port: number) =>
  new NetworkRefused({ action: `publish port ${port}`, why: "ports are for 127.0.0.1 and ::1 alone here" })

export default plugin
