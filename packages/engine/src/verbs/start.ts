import { isLive } from "@gantry/core/runtime/ContainerState"
import { Network } from "@gantry/core/network/Network"
import type { NetworkError } from "@gantry/core/network/NetworkError"
import { Runtime, type Session } from "@gantry/core/runtime/Runtime"
import type { RuntimeError } from "@gantry/core/runtime/RuntimeError"
import { Settings } from "@gantry/core/Settings"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { connect } from "../containers/connect.ts"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { Containers } from "../containers/Containers.ts"
import { hostNames } from "../containers/host-names.ts"
import { reconcile, release } from "../containers/settle.ts"
import { WrongState } from "../EngineError.ts"
import { attributesOf, containerEvent, linkEvent, mountEvents } from "../events/actors.ts"
import { journalOf, record as tell } from "../events/Journal.ts"
import { attachAll } from "../networks/attach-networks.ts"
import type { Images } from "../images/Images.ts"
import { phase } from "../phase.ts"
import type { Volumes } from "../volumes/Volumes.ts"

/** How {@link start} can fail. */
export type StartError = NetworkError | RuntimeError | StorageFailure | WrongState

/** What {@link start} needs. */
export type StartServices = Containers | Images | LayerStore | Network | Runtime | Settings | Volumes

/**
 * Starts a created or stopped container and attaches to it. Succeeds once its command runs. Fails with `WrongState`
 * when it runs already, and leaves it alone.
 *
 * The address is leased and the ports are published before, and given back when the start fails. A port held by a
 * container that was killed is freed on the way. A caller that `stays` to the end settles the container then.
 */
export const start = (
  record: ContainerRecord,
  { stays }: { readonly stays: boolean }
): Effect.Effect<Session, StartError, StartServices | Scope.Scope> =>
  Effect.gen(function* () {
    const network = yield* Network
    const containers = yield* Containers
    const runtime = yield* Runtime
    const { root, run, self } = yield* Settings
    const state = yield* runtime.state(record.id)
    // Another start would fail, and then give back the network of the one that runs.
    if (isLive(state)) {
      return yield* new WrongState({
        container: record.name,
        id: record.id,
        verb: "start",
        why: "container is running already"
      })
    }
    const attach = attachAll(record)
    const attachments = yield* attach.pipe(
      Effect.catchTag("PortTaken", () => Effect.zipRight(reconcile, attach)),
      Effect.tap((made) =>
        containers
          .attach(record.id, () => made)
          .pipe(Effect.onError(() => Effect.ignore(Effect.forEach(made, network.detach, { discard: true }))))
      ),
      Effect.uninterruptible,
      phase("network")
    )
    if (stays) yield* tell(containerEvent(record, "attach"))
    for (const each of attachments) yield* tell(linkEvent("connect", each))
    for (const each of mountEvents("mount", record)) yield* tell(each)
    const spec = connect(record, attachments, yield* hostNames)
    const published = attachments.find(({ ports }) => ports.length > 0)
    return yield* runtime
      .start(spec, {
        stdin: record.options.stdin,
        stdinOnce: record.options.stdinOnce,
        log: record.options.log,
        restart: record.options.restart ?? { policy: "no", most: 0 },
        stop: { signal: record.options.stopSignal, grace: record.options.stopTimeout * 1000 },
        ...(record.options.health === undefined
          ? {}
          : { health: { ...record.options.health, probe: [...self, "__probe", record.id, root, run] } }),
        ports: published?.ports ?? [],
        ...(published?.address === undefined ? {} : { address: published.address }),
        claimed: stays,
        story: { journal: journalOf(root), attributes: attributesOf(record) },
        cleanup: [...self, "__settle", record.id, root, run]
      })
      .pipe(
        Effect.onError(() => Effect.ignore(release(record))),
        phase("start")
      )
  })
