import { type Attachment, type AttachRequest, Network } from "@gantry/core/network/Network"
import type { NetworkError, NetworkRefused } from "@gantry/core/network/NetworkError"
import * as Effect from "effect/Effect"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import type { NetworkWish } from "./NetworkWish.ts"

/** What a container asks of one of its networks. `link` is the name of its end. */
export const requestOf = (
  record: Pick<ContainerRecord, "id" | "name">,
  { address, address6, mac, network }: NetworkWish,
  { link, ports }: Pick<AttachRequest, "ports"> & { readonly link: string }
): AttachRequest => ({
  container: record.id,
  containerName: record.name,
  network,
  ports,
  link,
  ...(address === undefined ? {} : { address }),
  ...(address6 === undefined ? {} : { address6 }),
  ...(mac === undefined ? {} : { mac })
})

/**
 * Joins all networks of a container, in order: its links are `eth0`, `eth1` and so on. Its ports are published in the
 * network that is its way out. Nothing is left after a failure.
 */
export const attachAll = (
  record: Pick<ContainerRecord, "id" | "name" | "options">
): Effect.Effect<ReadonlyArray<Attachment>, NetworkError, Network> =>
  Effect.gen(function* () {
    const network = yield* Network
    const { networks, ports } = record.options
    const out = yield* wayOut(networks)
    const made: Array<Attachment> = []
    yield* Effect.forEach(
      networks,
      (wish, index) =>
        Effect.map(
          network.attach(requestOf(record, wish, { link: `eth${index}`, ports: wish === out ? ports : [] })),
          (attachment) => void made.push(attachment)
        ),
      { discard: true }
    ).pipe(Effect.onError(() => Effect.ignore(Effect.forEach(made, network.detach, { discard: true }))))
    return made
  })

/** The network through which a container reaches everything else: one without a way out only when there is no other. */
export const wayOut = (
  networks: ReadonlyArray<NetworkWish>
): Effect.Effect<NetworkWish | undefined, NetworkRefused, Network> =>
  Effect.gen(function* () {
    if (networks.length < 2) return networks[0]
    const closed = (yield* (yield* Network).list).filter(({ internal }) => internal)
    const open = networks.filter(({ network }) => !closed.some(({ id, name }) => name === network || id === network))
    return (open.length === 0 ? networks : open).reduce((best, each) => (each.priority > best.priority ? each : best))
  })
