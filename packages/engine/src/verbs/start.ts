import { isLive } from "@gantry/core/runtime/ContainerState"
import { Network } from "@gantry/core/network/Network"
import type { NetworkError } from "@gantry/core/network/NetworkError"
import { Runtime, type Session } from "@gantry/core/runtime/Runtime"
import type { RuntimeError } from "@gantry/core/runtime/RuntimeError"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { databasePath } from "@gantry/core/state/database-path"
import { Settings } from "@gantry/core/Settings"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { alone } from "../containers/alone.ts"
import { connect } from "../containers/connect.ts"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { Containers } from "../containers/Containers.ts"
import { joinedNamespaces, requireJoinable } from "../containers/joined-namespaces.ts"
import { hostNames } from "../containers/host-names.ts"
import { hostSysctl } from "../containers/host-sysctl.ts"
import { withSecrets } from "../containers/secret-values.ts"
import { known, reconcile, settleHeld, type SettleServices } from "../containers/settle.ts"
import { type AmbiguousId, NoSuchContainer, WrongState } from "../EngineError.ts"
import { attributesOf, containerEvent, linkEvent, mountEvents } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { journalOf } from "../events/journal-files.ts"
import { addressesOf } from "../networks/addresses-of.ts"
import { attachAll } from "../networks/attach-networks.ts"
import { nameServiceOf } from "../networks/name-service.ts"
import { sharedNetwork } from "../networks/shared-network.ts"
import { phase } from "../phase.ts"

/** How {@link start} can fail. */
export type StartError = AmbiguousId | NetworkError | NoSuchContainer | RuntimeError | StorageFailure | WrongState

/** What {@link start} needs. */
export type StartServices = SettleServices

/** Loaded here: few containers have any. */
const devicesOf = (record: ContainerRecord): Effect.Effect<(spec: ContainerSpec) => ContainerSpec, WrongState> =>
  record.options.cdiDevices === undefined
    ? Effect.succeed((spec) => spec)
    : Effect.flatMap(
        Effect.promise(() => import("../devices/cdi-devices.ts")),
        ({ cdiDevices }) => cdiDevices(record)
      )

/** The secrets of a container, as they are now. Fails with `WrongState` for one that cannot be had. */
export const currentSecrets = (
  { id, name, options }: Pick<ContainerRecord, "id" | "name" | "options">,
  verb: string
): Effect.Effect<(spec: ContainerSpec) => ContainerSpec, WrongState, Settings> =>
  Effect.mapError(withSecrets(options.secrets), (missing) => new WrongState({ container: name, id, verb, ...missing }))

interface StartOptions {
  readonly stays: boolean
}

/**
 * Starts a created or stopped container and attaches to it. Succeeds once its command runs. Fails with `WrongState`
 * when it runs already, and leaves it alone: of two callers at once one starts it.
 *
 * The address is leased and the ports are published before, and given back when the start fails. Addresses and ports
 * held by a container that was killed are freed on the way. A caller that `stays` to the end settles the container then.
 */
export const start = (
  { id, name }: Pick<ContainerRecord, "id" | "name">,
  how: StartOptions
): Effect.Effect<Session, StartError, StartServices | Scope.Scope> => {
  const attempt = alone(
    id,
    Effect.gen(function* () {
      // Read now: it may have got another name or other limits since the caller found it, or be gone.
      const record = Option.getOrUndefined(yield* known(id))
      if (record === undefined) return yield* new NoSuchContainer({ name, near: [] })
      return yield* startHeld(record, how)
    })
  )
  // Not alone with this one: it waits for others.
  const again = Effect.zipRight(reconcile, attempt)
  return Effect.catchTags(attempt, { PortTaken: () => again, AddressesExhausted: () => again })
}

/**
 * {@link start} for who leaves it alone then. Succeeds as well when it runs already, or somebody else is faster. As in
 * Docker, one that is paused is not started by this.
 */
export const ensureStarted = (
  record: Pick<ContainerRecord, "id" | "name">
): Effect.Effect<void, StartError, StartServices> =>
  Effect.scoped(start(record, { stays: false })).pipe(
    Effect.asVoid,
    Effect.catchTag("WrongState", (failure) =>
      Effect.gen(function* () {
        const state = yield* (yield* Runtime).state(record.id)
        if (!isLive(state) || (state.status === "running" && state.paused)) return yield* failure
      })
    )
  )

const startHeld = (
  record: ContainerRecord,
  { stays }: StartOptions
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
        why:
          state.status === "running" && state.paused
            ? "cannot start a paused container, try unpause instead"
            : "container is running already"
      })
    }
    if (record.removing !== undefined) {
      return yield* new WrongState({
        container: record.name,
        id: record.id,
        verb: "start",
        why: "container is marked for removal and cannot be started",
        hint: `its removal was cut short; finish it: gantry rm ${record.name}`
      })
    }
    const shared = yield* sharedNetwork(record)
    yield* requireJoinable(record)
    const joined = yield* joinedNamespaces(record)
    // What it named itself was looked at when it was made; what other containers share may be the host's as well.
    const foreign = hostSysctl(record.spec.sysctls, {
      network: shared?.ofHost === true,
      ipc: joined(record.spec).namespaces.ipc === "host"
    })
    if (foreign !== undefined) {
      return yield* new WrongState({
        container: record.name,
        id: record.id,
        verb: "start",
        why: foreign,
        hint: "it would change the host: set it there, or make the container anew without --sysctl"
      })
    }
    const withDevices = yield* devicesOf(record)
    const secretly = yield* currentSecrets(record, "start")
    const attachments = yield* (shared === undefined ? attachAll(record) : Effect.succeed([shared.attachment])).pipe(
      Effect.tap((made) =>
        containers
          .attach(record.id, () => made)
          .pipe(Effect.onError(() => Effect.ignore(Effect.forEach(made, network.detach, { discard: true }))))
      ),
      Effect.uninterruptible,
      phase("network")
    )
    if (stays) yield* tell(containerEvent(record, "attach"))
    if (shared === undefined) for (const each of attachments) yield* tell(linkEvent("connect", each))
    for (const each of mountEvents("mount", record)) yield* tell(each)
    const connected = connect(record, attachments, yield* hostNames)
    const spec = secretly(withDevices(joined(shared === undefined ? connected : shared.withIts(connected))))
    const shares = { ...record.options.joins, ...(shared === undefined ? {} : { network: shared.container }) }
    const names = nameServiceOf(record, attachments, databasePath(root))
    const published = attachments.find(({ ports }) => ports.length > 0)
    return yield* runtime
      .start(spec, {
        stdin: record.options.stdin,
        stdinOnce: record.options.stdinOnce,
        log: record.options.log,
        restart: record.options.restart ?? { policy: "no", most: 0 },
        stop: { signal: record.options.stopSignal, grace: record.options.stopTimeout * 1000 },
        ...(record.options.timeout === undefined ? {} : { limit: record.options.timeout * 1000 }),
        ...(record.options.health === undefined
          ? {}
          : { health: { ...record.options.health, probe: [...self, "__probe", record.id, root, run] } }),
        ports: published?.ports ?? [],
        addresses: published === undefined ? [] : addressesOf(published),
        ...(names === undefined ? {} : { names }),
        ...(Object.keys(shares).length === 0 ? {} : { shares }),
        claimed: stays,
        story: { journal: journalOf(root), attributes: attributesOf(record) },
        cleanup: [...self, "__settle", record.id, root, run]
      })
      .pipe(
        // An interruption may come when it runs already: then it keeps what it has.
        Effect.onError(() =>
          Effect.ignore(settleHeld({ ...record, options: { ...record.options, autoRemove: false } }))
        ),
        phase("start")
      )
  })
