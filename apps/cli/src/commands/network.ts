import { isBuiltIn, Network, type NetworkInfo } from "@gantry/core/network/Network"
import { NetworkMissing } from "@gantry/core/network/NetworkError"
import { Containers } from "@gantry/engine/containers/Containers"
import { networkEvent } from "@gantry/engine/events/actors"
import { record as tell } from "@gantry/engine/events/Journal"
import { networkNamed } from "@gantry/engine/networks/network-named"
import { removeNetwork } from "@gantry/engine/verbs/remove-network"
import * as Effect from "effect/Effect"
import { networkCreate, networkInspect, networkLs, networkRm } from "../argv/tables/networks.ts"
import { parseFilters, passes, problemIn } from "../argv/values/filters.ts"
import { truthOf } from "../argv/values/truth.ts"
import { hasLabel, parseLabel } from "../argv/values/label.ts"
import { poolsExhaustedHint } from "../show/pools-exhausted.ts"
import { inspectNetwork, networkColumns, networkHeaders, networkRow } from "../show/network-row.ts"
import { define } from "./define.ts"
import { each } from "./each.ts"
import { type Finder, showAll } from "./inspect-all.ts"
import { printListing } from "./listing.ts"
import { poolsOf } from "./network-pools.ts"
import { valuesOf } from "./read-values.ts"
import { refused } from "./Usage.ts"

/** `gantry network create`. */
export const create = define(networkCreate, ({ operands: [name = ""], options }, { terminal }) =>
  Effect.gen(function* () {
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) {
      return yield* refused(`invalid network name "${name}"`, "use letters, digits, dots, dashes and underscores", 1)
    }
    if (options.driver === "host" || options.driver === "null") {
      return yield* refused(
        `only one instance of "${options.driver}" network is allowed`,
        `it is there already: --network ${options.driver === "host" ? "host" : "none"}`,
        1
      )
    }
    if (!["", "bridge"].includes(options.driver ?? "")) {
      return yield* refused(
        `plugin "${options.driver}" not found`,
        "networks are of the driver bridge: leave --driver out",
        1
      )
    }
    const labels = yield* valuesOf("--label", options.label, parseLabel)
    const pools = yield* poolsOf(options)
    const driver = yield* valuesOf("-o, --opt", options.opt, parseLabel)
    const pairs = (all: typeof labels) => Object.fromEntries(all.map((pair) => [pair.name, pair.value]))
    const network = yield* Network
    if (pools.ipv6 !== undefined && network.abilities === undefined) {
      return yield* refused("the network plugin knows no IPv6", "leave --ipv6 out, or use another network plugin", 1)
    }
    const made = yield* network
      .create({
        name,
        internal: options.internal,
        labels: pairs(labels),
        ...pools,
        ...(driver.length === 0 ? {} : { options: pairs(driver) })
      })
      .pipe(Effect.catchTag("AddressesExhausted", ({ subnet }) => poolsExhausted(subnet)))
    yield* tell(networkEvent("create", made))
    terminal.out(`${made.id}\n`)
    return 0
  })
)

/** The network of a name, an ID, or the beginning of an ID that no other has. */
export const findNetwork = (text: string) =>
  Effect.gen(function* () {
    const found = networkNamed(yield* (yield* Network).list, text)
    return found ?? (yield* new NetworkMissing({ network: text }))
  })

/** A network in the shape that `inspect` shows. */
export const networkFinder: Finder = (text) =>
  Effect.gen(function* () {
    const network = yield* findNetwork(text)
    const containers = yield* (yield* Containers).list
    return inspectNetwork(
      network,
      containers.flatMap((container) =>
        container.attachments
          .filter((held) => held.network === network.name)
          .map((attachment) => ({ id: container.id, name: container.name, attachment }))
      )
    )
  })

/** `gantry network inspect`. */
export const inspect = define(networkInspect, ({ operands, options }, { terminal }) =>
  showAll(operands, options.format, networkFinder, terminal)
)

/** The same failure, with the networks that could go. `pools`: where addresses were looked for. */
const poolsExhausted = (pools: string) =>
  Effect.gen(function* () {
    const used = yield* usedNetworks
    const all = yield* (yield* Network).list
    const unused = all.filter((one) => isUnused(one, used))
    const oldestFirst = unused.toSorted((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0))
    return yield* refused(
      `could not find an available, non-overlapping ${pools.includes(":") ? "IPv6" : "IPv4"} address pool among the defaults to assign to the network`,
      poolsExhaustedHint(oldestFirst.map((one) => one.name)),
      1
    )
  })

/** Names, or IDs, of the networks that some container is to be in. */
const usedNetworks = Effect.map(
  Effect.flatMap(Containers, ({ list: listed }) => listed),
  (all) => new Set(all.flatMap((made) => made.options.networks.map(({ network }) => network)))
)

/** Whether a network was made by the user and no container is to be in it. */
const isUnused = ({ id, name }: NetworkInfo, used: ReadonlySet<string>): boolean =>
  !isBuiltIn(name) && !used.has(name) && !used.has(id)

const filterKeys = ["dangling", "driver", "id", "label", "name", "scope", "type"] as const

/** `gantry network ls`. */
export const list = define(networkLs, ({ options }, { terminal }) =>
  Effect.gen(function* () {
    const filters = parseFilters(options.filter, filterKeys)
    if (!filters.ok) return yield* refused(filters.problem, "see gantry network ls --help", 1)
    const problem = problemIn(filters.value)
    if (problem !== undefined) return yield* refused(problem, "see gantry network ls --help", 1)
    const type = (filters.value.get("type") ?? []).find((value) => value !== "builtin" && value !== "custom")
    if (type !== undefined)
      return yield* refused(`invalid filter: 'type'='${type}'`, "the type of a network is builtin or custom", 1)
    const used = filters.value.has("dangling") ? yield* usedNetworks : new Set<string>()
    const isOne = (network: NetworkInfo, key: (typeof filterKeys)[number], value: string): boolean => {
      switch (key) {
        case "dangling":
          return isUnused(network, used) === truthOf(value)
        case "driver":
          return network.driver === value
        case "id":
          return network.id.startsWith(value)
        case "label":
          return hasLabel(network.labels, value)
        case "name":
          return new RegExp(value).test(network.name)
        case "scope":
          return value === "local"
        case "type":
          return isBuiltIn(network.name) === (value === "builtin")
      }
    }
    const all = yield* (yield* Network).list
    const wanted = all
      .filter((network) => passes(filters.value, (key, value) => isOne(network, key, value)))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    return yield* printListing(
      options.format,
      {
        noTrunc: options.noTrunc,
        rows: wanted.map((network) => networkRow(network, { truncate: !options.noTrunc })),
        headers: networkHeaders,
        columns: networkColumns,
        ...(options.quiet ? { only: "ID" } : {})
      },
      terminal
    )
  })
)

/** `gantry network rm`. */
export const remove = define(networkRm, ({ operands, options }, { terminal }) =>
  each(operands, terminal, (text) =>
    Effect.gen(function* () {
      const network = yield* findNetwork(text)
      yield* removeNetwork(network.name)
      yield* tell(networkEvent("destroy", network))
      return text
    }).pipe(
      Effect.catchTag("NetworkMissing", (failure) => (options.force ? Effect.succeed(text) : Effect.fail(failure)))
    )
  )
)
