import { Network } from "@gantry/core/network/Network"
import { NetworkMissing } from "@gantry/core/network/NetworkError"
import type { RuntimeError } from "@gantry/core/runtime/RuntimeError"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { alone } from "../containers/alone.ts"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { Containers } from "../containers/Containers.ts"
import { reconcile } from "../containers/settle.ts"
import { type AmbiguousId, type NoSuchContainer, WrongState } from "../EngineError.ts"
import { linkEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { fulfils, type NetworkWish, sharedWith } from "../networks/NetworkWish.ts"
import { tellSharers } from "../networks/tell-sharers.ts"
import { type TrueUpError, trueUpNetworks } from "../networks/true-up-networks.ts"
import { changingAlone } from "../networks/true-up-ports.ts"
import { changeConnected } from "./change-connected.ts"
import type { StartServices } from "./start.ts"

/** How {@link joinNetwork} and {@link leaveNetwork} can fail. */
export type NetworkChangeError =
  | AmbiguousId
  | NetworkMissing
  | NoSuchContainer
  | RuntimeError
  | StorageFailure
  | TrueUpError
  | WrongState

type Named = Pick<ContainerRecord, "id" | "name">

type Wishes = ContainerRecord["options"]["networks"]

/**
 * Gives a container other networks: at once when it runs, and at all its later starts. What it wants is written down
 * before anything is done, so that a change that is cut short is finished by the clean-up that the supervisor then runs.
 * One that fails leaves the container as it was.
 */
const changing = (
  id: string,
  wish: (record: ContainerRecord, live: boolean) => Effect.Effect<Wishes, NetworkChangeError, StartServices>
): Effect.Effect<void, NetworkChangeError, StartServices> =>
  changingAlone(
    id,
    alone(
      id,
      Effect.gen(function* () {
        const containers = yield* Containers
        const write = (networks: Wishes) =>
          containers.amend(id, (known) => ({ ...known, options: { ...known.options, networks } }))
        return yield* changeConnected(id, {
          running: (record, hold) =>
            Effect.gen(function* () {
              const networks = yield* wish(record, true)
              const wanted = { ...record, options: { ...record.options, networks } }
              yield* write(networks)
              yield* trueUpNetworks(wanted, hold).pipe(
                Effect.onError(() => Effect.ignore(write(record.options.networks)))
              )
              yield* tellSharers(id)
            }),
          stopped: (record) => Effect.flatMap(wish(record, false), write)
        })
      }).pipe(Effect.uninterruptible)
    )
  )

/** What {@link joinNetwork} and {@link leaveNetwork} say of networks that are not for this; Docker's sentences. */
const refusals = {
  none: "container cannot be connected to multiple networks with one of the networks in private (none) mode",
  host: "container cannot be disconnected from host network or connected to host network",
  shared: "container sharing network namespace with another container or host cannot be connected to any other network"
} as const

const isShared = ({ options }: ContainerRecord): boolean =>
  options.networks.some(({ network }) => network === "host" || sharedWith(network) !== undefined)

const refuse = (verb: "connect" | "disconnect", record: Named, why: string, hint?: string): WrongState =>
  new WrongState({ container: record.name, id: record.id, verb, why, ...(hint === undefined ? {} : { hint }) })

/**
 * Puts a container into another network: now when it runs, and at all its later starts. Fails with `WrongState` when its
 * mode of networking does not allow it or, while it runs, when it is there already; with `NetworkMissing` when there is
 * no such network.
 */
export const joinNetwork = (
  container: Named,
  wish: NetworkWish
): Effect.Effect<void, NetworkChangeError, StartServices> => {
  const attempt = changing(container.id, (record, live) =>
    Effect.gen(function* () {
      const network = (yield* (yield* Network).list).find((each) =>
        fulfils({ network: each.name, networkId: each.id }, wish)
      )
      if (network === undefined) return yield* new NetworkMissing({ network: wish.network })
      const named = { ...wish, network: network.name }
      const { networks } = record.options
      const here = networks.find((each) => fulfils({ network: network.name, networkId: network.id }, each))
      if (here !== undefined && live) {
        return yield* refuse(
          "connect",
          record,
          `endpoint with name ${record.name} already exists in network ${network.name}`
        )
      }
      if (here !== undefined) return networks.map((each) => (each === here ? named : each))
      if (network.name === "host") return yield* refuse("connect", record, refusals.host)
      if (isShared(record)) {
        const hint = "make the container anew with the networks it needs"
        return yield* refuse("connect", record, refusals.shared, hint)
      }
      const closed = network.name === "none" || networks.some((each) => each.network === "none")
      if (closed && networks.length > 0) {
        const hint = `gantry network disconnect none ${record.name} comes first`
        return yield* refuse("connect", record, refusals.none, network.name === "none" ? undefined : hint)
      }
      return [...networks, named]
    })
  )
  // Not alone with this one: it waits for others.
  const again = Effect.zipRight(reconcile, attempt)
  return Effect.catchTags(attempt, { PortTaken: () => again, AddressesExhausted: () => again })
}

/**
 * Takes a container out of a network: now when it runs, and for all its later starts. Its published ports move to the
 * network that is its way out then. Fails with `WrongState` when it is not in that network, or shares one.
 */
export const leaveNetwork = (
  container: Named,
  { id, name }: { readonly id: string; readonly name: string }
): Effect.Effect<void, NetworkChangeError, StartServices> =>
  changing(container.id, (record, live) =>
    Effect.gen(function* () {
      const network = { network: name, networkId: id }
      const { networks } = record.options
      if (name === "host" && isShared(record)) return yield* refuse("disconnect", record, refusals.host)
      if (!networks.some((each) => fulfils(network, each))) {
        const why = `container ${record.id} is not connected to ${live ? "" : "the "}network ${name}`
        return yield* refuse("disconnect", record, why, `gantry inspect ${record.name} shows its networks`)
      }
      // What runs tells it itself.
      if (!live) yield* tell(linkEvent("disconnect", { container: record.id, ...network }))
      return networks.filter((each) => !fulfils(network, each))
    })
  )
