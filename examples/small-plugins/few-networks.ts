import type { Plugin } from "@gantry/core/Plugin"
import { Network } from "@gantry/core/network/Network"
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
        attach: (request) => {
          const open = request.ports.find(({ hostIp }) => hostIp !== "127.0.0.1" && hostIp !== "::1")
          return open === undefined ? own.attach(request) : Effect.fail(refusal(open.containerPort))
        }
      }))
    )
}

const refusal = (port: number) =>
  new NetworkRefused({ action: `publish port ${port}`, why: "ports are for 127.0.0.1 and ::1 alone here" })

export default plugin
