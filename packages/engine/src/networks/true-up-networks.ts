import { type Attachment, Network, type PublishedPort } from "@gantry/core/network/Network"
import type { NetworkError } from "@gantry/core/network/NetworkError"
import { Runtime } from "@gantry/core/runtime/Runtime"
import type { IsolationRefused, NotRunning } from "@gantry/core/runtime/RuntimeError"
import { Settings } from "@gantry/core/Settings"
import { databasePath } from "@gantry/core/state/database-path"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { connect } from "../containers/connect.ts"
import { type ContainerRecord, portsOf } from "../containers/ContainerRecord.ts"
import { Containers } from "../containers/Containers.ts"
import { hostNames } from "../containers/host-names.ts"
import { linkEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { addressesOf } from "./addresses-of.ts"
import { requestOf, wayOut } from "./attach-networks.ts"
import { nameServiceOf } from "./name-service.ts"
import { fulfils, type NetworkWish } from "./NetworkWish.ts"
import type { Hold } from "./true-up-ports.ts"

/** How a running container can fail to get into other networks. */
export type TrueUpError = IsolationRefused | NetworkError | NotRunning | StorageFailure

type Services = Containers | Network | Runtime | Settings

/** Name of the next link of a container: the first that none of its attachments has. */
export const freeLink = (attachments: ReadonlyArray<Attachment>): string => {
  const used = new Set(
    attachments.flatMap(({ wiring }) => wiring.flatMap((each) => ("name" in each ? [each.name] : [])))
  )
  for (let index = 0; ; index++) if (!used.has(`eth${index}`)) return `eth${index}`
}

/** Attachments in the order of the wishes that they fulfil. Pure. */
export const inOrder = (
  wishes: ReadonlyArray<NetworkWish>,
  attachments: ReadonlyArray<Attachment>
): ReadonlyArray<Attachment> => {
  const place = (each: Attachment) => wishes.findIndex((wish) => fulfils(each, wish))
  return attachments.toSorted((a, b) => place(a) - place(b))
}

/** Has the container's links, files and names say what its attachments say. */
const rewire = (record: ContainerRecord, attachments: ReadonlyArray<Attachment>) =>
  Effect.gen(function* () {
    const { root } = yield* Settings
    const spec = connect(record, attachments, yield* hostNames)
    yield* (yield* Runtime).rewire(spec, nameServiceOf(record, attachments, databasePath(root)))
  })

/**
 * Brings a running container into the networks it is to be in, and out of all others: what is left to do when joining or
 * leaving was cut short. A network that is left is written off first, one that is joined is written down before the link
 * is made, so that whoever comes later sees what there is to give back. Its published ports go with its way out.
 *
 * For whoever is alone with the container and has the lock of its ports. One that cannot be joined changes nothing.
 */
export const trueUpNetworks = (
  record: ContainerRecord,
  hold: Hold
): Effect.Effect<ContainerRecord, TrueUpError, Services> =>
  Effect.gen(function* () {
    const { networks } = record.options
    const gone = record.attachments.filter((each) => !networks.some((wish) => fulfils(each, wish)))
    let now = record
    for (const each of yield* (yield* Network).attached) {
      // Written off already by somebody who was killed before it was given back.
      const isOdd = each.container === record.id && !record.attachments.some(({ network }) => network === each.network)
      if (isOdd) yield* (yield* Network).detach(each)
    }
    if (gone.length > 0) now = yield* leave(record, gone, hold)
    for (const wish of networks) {
      if (!now.attachments.some((each) => fulfils(each, wish))) now = yield* join(now, wish)
    }
    yield* rewire(now, now.attachments)
    return yield* placePorts(
      now,
      gone.flatMap(({ ports }) => ports),
      hold
    )
  })

const leave = (record: ContainerRecord, gone: ReadonlyArray<Attachment>, hold: Hold) =>
  Effect.gen(function* () {
    const network = yield* Network
    const attachments = record.attachments.filter((each) => !gone.includes(each))
    yield* (yield* Containers).attach(record.id, () => attachments)
    yield* rewire(record, attachments)
    if (gone.some(({ ports }) => ports.length > 0)) yield* hold(portsOf({ attachments }))
    for (const each of gone) {
      yield* network.detach(each)
      yield* tell(linkEvent("disconnect", each))
    }
    return { ...record, attachments }
  })

const join = (record: ContainerRecord, wish: NetworkWish) =>
  Effect.gen(function* () {
    const network = yield* Network
    const containers = yield* Containers
    const request = requestOf(record, wish, { link: freeLink(record.attachments), ports: [] })
    const made = yield* network.attach(request)
    const attachments = inOrder(record.options.networks, [...record.attachments, made])
    yield* Effect.zipRight(
      containers.attach(record.id, () => attachments),
      rewire(record, attachments)
    ).pipe(
      Effect.onError(() =>
        Effect.ignore(
          Effect.zipRight(
            containers.attach(record.id, () => record.attachments),
            network.detach(made)
          )
        )
      )
    )
    yield* tell(linkEvent("connect", made))
    return { ...record, attachments }
  })

/** Publishes ports anew that lost their network, and those that never had one, in the network that is the way out now. */
const placePorts = (record: ContainerRecord, lost: ReadonlyArray<PublishedPort>, hold: Hold) =>
  Effect.gen(function* () {
    const { id, name, options } = record
    if (portsOf(record).length > 0 || options.ports.length === 0) return record
    const out = yield* wayOut(options.networks)
    const place = record.attachments.find((each) => out !== undefined && fulfils(each, out))
    if (place?.address === undefined) return record
    const network = yield* Network
    const held = { network: place.network, container: id }
    const ports = lost.length > 0 ? lost : options.ports
    const made = yield* network.publish({ ...held, containerName: name, ports })
    const attachments = record.attachments.map((each) => (each === place ? { ...each, ports: made } : each))
    yield* Effect.zipRight(
      hold(made, addressesOf(place)),
      (yield* Containers).attach(id, () => attachments)
    ).pipe(Effect.onError(() => Effect.ignore(network.unpublish({ ...held, ports: made }))))
    return { ...record, attachments }
  })
