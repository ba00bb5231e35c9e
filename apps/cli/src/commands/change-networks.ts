import { Network } from "@gantry/core/network/Network"
import { Containers } from "@gantry/engine/containers/Containers"
import { isUserDefined } from "@gantry/engine/networks/NetworkWish"
import { joinNetwork, leaveNetwork } from "@gantry/engine/verbs/change-networks"
import * as Effect from "effect/Effect"
import { networkConnect, networkDisconnect } from "../argv/tables/networks.ts"
import { parseIPv4, parseIPv6 } from "../argv/values/ip.ts"
import { parsePriority } from "../argv/values/network.ts"
import { define } from "./define.ts"
import { findNetwork } from "./network.ts"
import { checkAlias } from "./network-options.ts"
import { given, optionalOf } from "./read-values.ts"
import { refused, type Usage } from "./Usage.ts"

const noNetworkOfOnesOwn = (message: string): Usage =>
  refused(message, "make a network with gantry network create, and connect the container to that", 1)

/** `gantry network connect`. */
export const connect = define(
  networkConnect,
  ({ operands: [where = "", who = ""], options: { alias, gwPriority, ip, ip6 } }) =>
    Effect.gen(function* () {
      const address = yield* optionalOf("--ip", ip, parseIPv4)
      const address6 = yield* optionalOf("--ip6", ip6, parseIPv6)
      const priority = yield* optionalOf("--gw-priority", gwPriority, parsePriority)
      for (const each of alias) yield* checkAlias(each)
      const container = yield* (yield* Containers).find(who)
      const { name } = yield* findNetwork(where)
      if (!isUserDefined(name)) {
        if ((address ?? address6) !== undefined)
          return yield* noNetworkOfOnesOwn("user specified IP address is supported on user defined networks only")
        if (alias.length > 0)
          return yield* noNetworkOfOnesOwn(
            "network-scoped alias is supported only for containers in user defined networks"
          )
      }
      yield* joinNetwork(container, {
        network: name,
        aliases: alias,
        priority: priority ?? 0,
        ...given("address", address),
        ...given("address6", address6)
      })
      return 0
    })
)

/** Gives back what a network holds for a container that is on no record. */
const giveBack = (network: string, container: string) =>
  Effect.gen(function* () {
    const service = yield* Network
    const held = (yield* service.attached).filter(
      (each) => each.network === network && container.length >= 12 && each.container.startsWith(container)
    )
    if (held.length === 0)
      return yield* refused(
        `endpoint ${container} not found`,
        `gantry network inspect ${network} shows what is in it`,
        1
      )
    for (const each of held) yield* service.detach(each)
  })

/** `gantry network disconnect`. */
export const disconnect = define(networkDisconnect, ({ operands: [where = "", who = ""], options: { force } }) =>
  Effect.gen(function* () {
    const network = yield* findNetwork(where)
    const container = (yield* Containers).find(who)
    const known = force ? yield* Effect.catchTag(container, "NoSuchContainer", () => Effect.void) : yield* container
    if (known === undefined) yield* giveBack(network.name, who)
    else yield* leaveNetwork(known, network)
    return 0
  })
)
