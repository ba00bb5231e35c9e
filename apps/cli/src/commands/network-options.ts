import { isUserDefined, type NetworkWish, sharedWith } from "@gantry/engine/networks/NetworkWish"
import type { RunOptions } from "@gantry/engine/containers/RunOptions"
import * as Effect from "effect/Effect"
import type { Values } from "../argv/Option.ts"
import type { create } from "../argv/tables/run.ts"
import { parseIPv4, parseIPv6 } from "../argv/values/ip.ts"
import { parseMac } from "../argv/values/mac.ts"
import { type NetworkSpec, parseNetwork } from "../argv/values/network.ts"
import { given, optionalOf, unlessEmpty, valuesOf } from "./read-values.ts"
import { badValue, type Usage } from "./Usage.ts"

type Options = Values<typeof create.options>

/** `--network` and what belongs to it: the short options speak of the first network. */
export const networksOf = (options: Options): Effect.Effect<RunOptions["networks"], Usage> =>
  Effect.gen(function* () {
    const [written, ...others] = yield* valuesOf("--network", options.network, parseNetwork)
    const first = written ?? { name: "default", aliases: [], driverOptions: {} }
    const address = yield* optionalOf("--ip", options.ip, parseIPv4)
    const address6 = yield* optionalOf("--ip6", options.ip6, parseIPv6)
    const mac = yield* optionalOf("--mac-address", unlessEmpty(options.macAddress), parseMac)
    const twice = [
      ["--network-alias", "per-network alias", options.networkAlias.length > 0 && first.aliases.length > 0],
      ["--ip", "per-network IPv4 address", address !== undefined && first.ip !== undefined],
      ["--ip6", "per-network IPv6 address", address6 !== undefined && first.ip6 !== undefined],
      ["--mac-address", "per-network MAC address", mac !== undefined && first.macAddress !== undefined]
    ] as const
    for (const [option, field, both] of twice) {
      if (both) return yield* badValue(`conflicting options: cannot specify both ${option} and ${field}`)
    }
    const wishes: RunOptions["networks"] = [
      wishOf({
        ...first,
        aliases: [...first.aliases, ...options.networkAlias],
        ...given("ip", address),
        ...given("ip6", address6),
        ...given("macAddress", mac)
      }),
      ...others.map(wishOf)
    ]
    for (const spec of [first, ...others]) yield* checkSpec(spec)
    yield* checkTogether(wishes)
    for (const wish of wishes) yield* checkWish(wish)
    yield* checkMode(options, wishes[0])
    return wishes
  })

const wishOf = ({ aliases, gatewayPriority = 0, ip, ip6, macAddress, name }: NetworkSpec): NetworkWish => ({
  network: name === "default" ? "bridge" : name,
  aliases,
  priority: gatewayPriority,
  ...given("address", ip),
  ...given("address6", ip6),
  ...given("mac", macAddress?.toLowerCase())
})

/** What is understood and cannot be done. */
const checkSpec = ({ driverOptions }: NetworkSpec): Effect.Effect<void, Usage> =>
  Object.keys(driverOptions).length > 0
    ? badValue("--network with driver-opt is not supported yet", "the network driver has no options")
    : Effect.void

const checkTogether = (wishes: ReadonlyArray<NetworkWish>): Effect.Effect<void, Usage> => {
  const names = wishes.map(({ network }) => network)
  if (names.length > 1 && !names.every(isUserDefined)) {
    return badValue(
      "conflicting options: cannot attach both user-defined and non-user-defined network-modes",
      "several --network options take networks of your own; see gantry network create, and gantry network connect for the default one"
    )
  }
  const double = names.find((name, index) => names.indexOf(name) !== index)
  return double === undefined ? Effect.void : badValue(`network "${double}" is specified multiple times`)
}

/** Names and chosen addresses are for networks that the user made. */
const checkWish = ({ address, address6, aliases, network }: NetworkWish): Effect.Effect<void, Usage> => {
  const hint = "make one with gantry network create, and name it with --network"
  if (aliases.length > 0 && !isUserDefined(network)) {
    return badValue("network-scoped aliases are only supported for user-defined networks", hint)
  }
  if ((address ?? address6) !== undefined && !isUserDefined(network)) {
    return badValue("user specified IP address is supported on user defined networks only", hint)
  }
  return Effect.forEach(aliases, checkAlias, { discard: true })
}

/** A further name in a network: it has to be one that can be asked for. */
export const checkAlias = (alias: string): Effect.Effect<void, Usage> =>
  /^[a-zA-Z0-9_]([a-zA-Z0-9_.-]*[a-zA-Z0-9_])?$/.test(alias)
    ? Effect.void
    : badValue(`invalid network alias "${alias}"`, "use letters, digits, dots, dashes and underscores")

/** What belongs to whoever owns the network namespace. */
const checkMode = (options: Options, { mac, network }: NetworkWish): Effect.Effect<void, Usage> => {
  const shared = sharedWith(network)
  if (shared === undefined) return Effect.void
  if (shared === "") return badValue("invalid network mode: invalid container format container:<name|id>")
  const conflicts = [
    [(options.hostname ?? "") + (options.domainname ?? "") !== "", "hostname and the network mode"],
    [options.dns.length > 0, "dns and the network mode"],
    [options.addHost.length > 0, "custom host-to-IP mapping and the network mode"],
    [mac !== undefined, "mac-address and the network mode"],
    [options.publish.length > 0 || options.publishAll, "port publishing and the container type network mode"],
    [options.expose.length > 0, "port exposing and the container type network mode"]
  ] as const
  const conflict = conflicts.find(([there]) => there)
  return conflict === undefined
    ? Effect.void
    : badValue(`conflicting options: ${conflict[1]}`, "give the option to the container whose network is shared")
}
