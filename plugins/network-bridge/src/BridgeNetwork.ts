import { builtInNetworks, isBuiltIn, Network, type NetworkInfo, type NetworkShape } from "@gantry/core/network/Network"
import { NetworkMissing, NetworkRefused } from "@gantry/core/network/NetworkError"
import { Settings } from "@gantry/core/Settings"
import { Database, type Transaction } from "@gantry/core/state/Database"
import { loadSyscallsSync } from "@gantry/linux/load"
import { rootless } from "@gantry/linux/rootless"
import type { Syscalls } from "@gantry/linux/Syscalls"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { attachTo, type AttachContext, plainPort } from "./attach.ts"
import { checkPort } from "./choose-ports.ts"
import { type Host, makeHost } from "./Host.ts"
import { lackOfIpv6 } from "./host-ipv6.ts"
import { builtInId, linkName } from "./names.ts"
import { type NewNetwork, planNetwork } from "./plan-network.ts"
import { candidatePorts, hostIpOf, udpPorts } from "./port-choice.ts"
import { publishMore, unpublishSome } from "./publish.ts"
import { refusal } from "./refusal.ts"
import * as Tables from "./tables.ts"
import { userHost } from "./user-host.ts"

/**
 * Private networks on one host. One bridge and one subnet a network; NAT to the outside; published ports as elements of
 * maps in one nftables table.
 *
 * The database says what there should be. Each attachment looks whether the host agrees, which costs well under a
 * millisecond, and puts back what a reboot or somebody else took away.
 */
export const make = Effect.gen(function* () {
  const database = yield* Database
  const { instance } = yield* Settings
  const migrated = yield* Effect.cached(database.migrate(Tables.migrations))
  let known: Host | undefined

  const host = Effect.try({
    try: () => (known ??= hostOf(loadSyscallsSync(), instance)),
    catch: refusal("reach the kernel")
  })

  const read = <A>(action: string, body: (tx: Transaction) => A) =>
    Effect.zipRight(migrated, database.read("networks", body)).pipe(Effect.mapError(refusal(action)))

  /** What the body does to the host happens while no other process of this engine changes networks, and is undone by itself when it throws. */
  const write = <A>(action: string, body: (tx: Transaction, host: Host) => A) =>
    Effect.flatMap(host, (on) =>
      Effect.zipRight(
        migrated,
        database.write("networks", (tx) => body(tx, on))
      ).pipe(Effect.mapError(refusal(action)))
    )

  const bringUp = (name: string, request: NewNetwork) =>
    Effect.gen(function* () {
      const created = yield* Clock.currentTimeMillis
      const outcome = yield* write(`create network ${name}`, (tx, on) => {
        const all = Tables.allNetworks(tx)
        const earlier = Tables.findNetwork(tx, name)
        if (earlier !== undefined) return { network: earlier, fresh: false }
        const network = planNetwork(request, {
          instance,
          networks: all,
          taken: on.taken(),
          freed: Tables.freed(tx),
          ipv6: on.ipv6,
          mtu: on.uplinkMtu(),
          reassembled: on.reassembles,
          hasLink: on.hasLink
        })
        if ("_tag" in network) return network
        Tables.insertNetwork(tx, network, created)
        try {
          on.bringUp(network)
          on.applyRules([...all, network], Tables.ports(tx))
        } catch (error) {
          on.takeDown(network)
          throw error
        }
        return { network, fresh: true }
      })
      return "fresh" in outcome ? outcome : yield* outcome
    })

  const context: AttachContext = {
    instance,
    read,
    write,
    ensureDefault: bringUp("bridge", { name: "bridge", id: builtInId(instance, "bridge") })
  }

  const remove = (name: string) =>
    Effect.gen(function* () {
      const action = `remove network ${name}`
      if (isBuiltIn(name)) return yield* new NetworkRefused({ action, why: "it always exists" })
      const problem = yield* write(action, (tx, on) => {
        const network = Tables.findNetwork(tx, name)
        if (network === undefined) return new NetworkMissing({ network: name })
        const users = Tables.leases(tx, network.id).map(({ containerName }) => containerName)
        if (users.length > 0) return new NetworkRefused({ action, why: `it is in use by ${users.join(", ")}` })
        Tables.deleteNetwork(tx, network)
        on.takeDown(network)
        on.applyRules(Tables.allNetworks(tx), Tables.ports(tx))
        return undefined
      })
      if (problem !== undefined) return yield* problem
    })

  const shape: NetworkShape = {
    abilities: {
      get ipv6() {
        return lackOfIpv6() === undefined
      }
    },
    attach: (request) => attachTo(context, request),
    detach: ({ container, network: name }) =>
      name === "host" || name === "none"
        ? Effect.void
        : write(`detach ${container} from network ${name}`, (tx, on) => {
            const network = Tables.findNetwork(tx, name)
            if (network === undefined || Tables.findLease(tx, network.id, container) === undefined) return
            const mine = Tables.ports(tx, { network: network.id, container })
            on.filter.delete(on.table, mine)
            on.filter.forgetFlows(udpPorts(mine))
            on.removeLink(linkName(instance, network.id, container))
            Tables.deleteLease(tx, network.id, container)
          }),
    publish: (request) => publishMore(context, request),
    unpublish: (held) => unpublishSome(context, held),
    create: (request) =>
      Effect.gen(function* () {
        const action = `create network ${request.name}`
        if (isBuiltIn(request.name)) return yield* new NetworkRefused({ action, why: "it always exists" })
        const { fresh, network } = yield* bringUp(request.name, request)
        if (!fresh) return yield* new NetworkRefused({ action, why: "a network of that name exists" })
        return infoOf(network)
      }),
    remove,
    // The rules are those of all networks: putting them in place once for each that goes takes minutes for hundreds.
    removeUnused: (names) =>
      write("remove networks", (tx, on) => {
        const there = names.flatMap((name) => (isBuiltIn(name) ? [] : (Tables.findNetwork(tx, name) ?? [])))
        const unused = there.filter(({ id }) => Tables.leases(tx, id).length === 0)
        for (const network of unused) {
          Tables.deleteNetwork(tx, network)
          on.takeDown(network)
        }
        if (unused.length > 0) on.applyRules(Tables.allNetworks(tx), Tables.ports(tx))
        return unused.map(({ name }) => name)
      }),
    list: Effect.map(
      read("list networks", (tx) => Tables.allNetworks(tx)),
      (rows) => {
        const infos = rows.map(infoOf)
        const absent = builtInNetworks.filter((name) => !infos.some((info) => info.name === name))
        return [...absent.map((name) => plainInfo(instance, name)), ...infos]
      }
    ),
    attached: read("list attachments", (tx) => {
      const names = new Map(Tables.allNetworks(tx).map(({ id, name }) => [id, name]))
      const ports = Tables.ports(tx)
      return Tables.leases(tx)
        .filter(({ owner }) => owner === undefined)
        .map(({ container, network }) => ({
          container,
          network: names.get(network) ?? network,
          ports: ports.filter((each) => each.container === container && each.network === network).map(plainPort)
        }))
    }),
    probe: (request) =>
      Effect.gen(function* () {
        const { protocol } = request
        const hostIp = hostIpOf(request)
        if (request.hostPort === undefined || request.hostPort === 0) return
        const held = yield* read("look for published ports", (tx) => Tables.ports(tx))
        const ports = [...candidatePorts(request, { first: 1, last: 65_535 }, 0)]
        yield* Effect.firstSuccessOf(ports.map((hostPort) => checkPort({ hostIp, hostPort, protocol }, held)))
      }),
    reset: write("remove all networks", (tx, on) => {
      for (const { container, network } of Tables.leases(tx)) {
        on.removeLink(linkName(instance, network, container))
        Tables.deleteLease(tx, network, container)
      }
      for (const network of Tables.allNetworks(tx)) {
        on.takeDown(network)
        Tables.deleteNetwork(tx, network)
      }
      Tables.forgetFreed(tx)
      on.applyRules([], [])
    })
  }
  return shape
})

const hostOf = (sys: Syscalls, instance: string): Host =>
  rootless() === undefined ? makeHost(sys, instance) : userHost(sys, instance)

/** The service. Nothing is read or made before a method is called. */
export const layer: Layer.Layer<Network, never, Database | Settings> = Layer.effect(Network, make)

/** {@link NetworkShape.reset} for programs that have no service at hand. */
export const removeEverything: Effect.Effect<void, NetworkRefused, Database | Settings> = Effect.flatMap(
  make,
  ({ reset }) => reset
)

const infoOf = (row: Tables.NetworkRow): NetworkInfo => {
  const { bridge: _, mtu: __, ...network } = row
  return { ...network, driver: "bridge" }
}

/** A network that needs nothing on the host, or does not have it yet. */
const plainInfo = (instance: string, name: string): NetworkInfo => ({
  id: builtInId(instance, name),
  name,
  driver: name === "none" ? "null" : name,
  internal: false,
  labels: {}
})
