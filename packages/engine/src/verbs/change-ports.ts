import type { Locks } from "@gantry/core/Locks"
import { type Attachment, Network, type PortRequest, type PublishedPort } from "@gantry/core/network/Network"
import type { NetworkRefused, PortTaken } from "@gantry/core/network/NetworkError"
import type { IsolationRefused } from "@gantry/core/runtime/RuntimeError"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { type ContainerRecord, portsOf } from "../containers/ContainerRecord.ts"
import { Containers } from "../containers/Containers.ts"
import { reconcile } from "../containers/settle.ts"
import { type AmbiguousId, type NoSuchContainer, WrongState } from "../EngineError.ts"
import { addressesOf } from "../networks/addresses-of.ts"
import { wayOut } from "../networks/attach-networks.ts"
import { onDefaultAddress } from "../networks/default-address.ts"
import { means, samePort, withoutPorts } from "../networks/match-ports.ts"
import { isUserDefined } from "../networks/NetworkWish.ts"
import { changingAlone, type Hold } from "../networks/true-up-ports.ts"
import { changeConnected } from "./change-connected.ts"
import type { StartServices } from "./start.ts"

/** How {@link addPorts} and {@link removePorts} can fail. */
export type PortChangeError =
  | AmbiguousId
  | IsolationRefused
  | NetworkRefused
  | NoSuchContainer
  | PortTaken
  | StorageFailure
  | WrongState

/** What they need. */
export type PortChangeServices = Locks | StartServices

/**
 * Publishes further ports of a container: at once when it runs, and at all its later starts. All or none. Returns those
 * that answer now, with all choices made.
 */
export const addPorts = (
  container: Pick<ContainerRecord, "id" | "name">,
  ports: ReadonlyArray<PortRequest>
): Effect.Effect<ReadonlyArray<PublishedPort>, PortChangeError, PortChangeServices> =>
  Effect.flatMap(onDefaultAddress(ports), (placed) => addPlaced(container, placed))

const addPlaced = ({ id, name }: Pick<ContainerRecord, "id" | "name">, ports: ReadonlyArray<PortRequest>) => {
  const stopped = (record: ContainerRecord) =>
    Effect.gen(function* () {
      yield* place(record)
      yield* (yield* Containers).amend(id, (known) => withRequests(known, [...known.options.ports, ...ports]))
      return []
    })
  const running = (record: ContainerRecord, hold: Hold) =>
    Effect.gen(function* () {
      const network = yield* Network
      const containers = yield* Containers
      const attachment = yield* place(record)
      if (attachment?.address === undefined) return yield* noPlace(record)
      const held = { network: attachment.network, container: id }
      const publish = network.publish({ ...held, containerName: name, ports })
      const made = yield* Effect.catchTag(publish, "PortTaken", () => Effect.zipRight(reconcile, publish))
      yield* hold([...portsOf(record), ...made], addressesOf(attachment)).pipe(
        Effect.zipRight(
          containers.amend(id, (known) => ({
            ...withRequests(known, [...known.options.ports, ...ports]),
            attachments: known.attachments.map((each) =>
              each.network === attachment.network ? { ...each, ports: [...each.ports, ...made] } : each
            )
          }))
        ),
        Effect.onError(() => Effect.ignore(network.unpublish({ ...held, ports: made })))
      )
      return made
    }).pipe(Effect.uninterruptible)
  return changingAlone(id, changeConnected(id, { running, stopped }))
}

/**
 * Takes published ports away from a container: at once when it runs, and for all its later starts. Each wish takes every
 * port that it means; what it leaves out is any. Fails with `WrongState`, and changes nothing, when one means none.
 */
export const removePorts = (
  { id, name }: Pick<ContainerRecord, "id" | "name">,
  wishes: ReadonlyArray<PortRequest>
): Effect.Effect<void, PortChangeError, PortChangeServices> => {
  const unknownWish = (ports: ReadonlyArray<PortRequest>): Effect.Effect<void, WrongState> => {
    const wish = wishes.find((each) => !ports.some((port) => means(each, port)))
    if (wish === undefined) return Effect.void
    const { containerPort, hostIp, hostPort, protocol } = wish
    const range = typeof hostPort === "object" ? `${hostPort.first}-${hostPort.last}` : hostPort
    const host = [hostIp, range].filter((each) => each !== undefined).map((each) => `${each}:`)
    return new WrongState({
      container: name,
      id,
      verb: "take a port from",
      why: `${host.join("")}${containerPort}/${protocol} is not published`,
      hint: `gantry port ${name} shows what is`
    })
  }
  const isGone = (port: PortRequest) => wishes.some((wish) => means(wish, port))
  const stopped = (record: ContainerRecord) =>
    Effect.gen(function* () {
      yield* unknownWish(record.options.ports)
      yield* (yield* Containers).amend(id, (known) =>
        withRequests(
          known,
          known.options.ports.filter((port) => !isGone(port))
        )
      )
    })
  const running = (record: ContainerRecord, hold: Hold) =>
    Effect.gen(function* () {
      const network = yield* Network
      yield* unknownWish(portsOf(record))
      const gone = portsOf(record).filter(isGone)
      const stay = (ports: ReadonlyArray<PublishedPort>) =>
        ports.filter((port) => !gone.some((each) => samePort(each, port)))
      yield* (yield* Containers).amend(id, (known) => ({
        ...withRequests(known, withoutPorts(known.options.ports, gone)),
        attachments: known.attachments.map((each) => ({ ...each, ports: stay(each.ports) }))
      }))
      for (const { network: name_, ports } of record.attachments) {
        const mine = ports.filter(isGone)
        if (mine.length > 0) yield* network.unpublish({ network: name_, container: id, ports: mine })
      }
      yield* hold(stay(portsOf(record)))
    }).pipe(Effect.uninterruptible)
  return changingAlone(id, changeConnected(id, { running, stopped }))
}

const withRequests = (record: ContainerRecord, ports: ReadonlyArray<PortRequest>): ContainerRecord => ({
  ...record,
  options: { ...record.options, ports }
})

/** Where its ports are published: in the network that has some, else in the one that is its way out. */
const place = (record: ContainerRecord): Effect.Effect<Attachment | undefined, NetworkRefused | WrongState, Network> =>
  Effect.gen(function* () {
    const out = yield* wayOut(record.options.networks)
    if (out === undefined || !(out.network === "bridge" || isUserDefined(out.network))) return yield* noPlace(record)
    const { attachments } = record
    return (
      attachments.find(({ ports }) => ports.length > 0) ?? attachments.find(({ network }) => network === out.network)
    )
  })

const noPlace = ({ id, name, options: { network } }: ContainerRecord): WrongState =>
  new WrongState({
    container: name,
    id,
    verb: "publish a port of",
    why: `it has no address of its own in network ${network}`,
    hint: "ports are published of containers in bridge networks"
  })
