import { isLive } from "@gantry/core/runtime/ContainerState"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type AmbiguousId, type NoSuchContainer, WrongState } from "../EngineError.ts"
import { sharerOf } from "../networks/shared-network.ts"
import { refusalOf, sharedPath } from "../supervisor/shared-namespaces.ts"
import type { ContainerRecord } from "./ContainerRecord.ts"
import { Containers } from "./Containers.ts"
import { directoryOf } from "./directory-of.ts"
import { hostMemory } from "./make-spec.ts"
import type { NamespaceWish, RunOptions } from "./RunOptions.ts"
import { known } from "./settle.ts"

/** Kinds of namespaces that `--pid` and `--ipc` name a container for. */
type Kind = "pid" | "ipc"

type Found<A> = Effect.Effect<A, AmbiguousId | NoSuchContainer | StorageFailure, Containers>

/** A container that is named for its processes or its memory is that one from now on, whatever it is called later. */
export const settledJoins = ({
  ipc,
  pid
}: Pick<RunOptions["namespaces"], Kind>): Found<Pick<ContainerRecord["options"], "joins" | "ipcShareable">> =>
  Effect.gen(function* () {
    const idOf = (wish: NamespaceWish | "shareable") =>
      typeof wish === "string"
        ? Effect.succeed(undefined)
        : Effect.flatMap(Containers, ({ find }) => Effect.map(find(wish.container), ({ id }) => id))
    const seen = yield* idOf(pid)
    const shared = yield* idOf(ipc)
    const joins = { ...(seen === undefined ? {} : { pid: seen }), ...(shared === undefined ? {} : { ipc: shared }) }
    return {
      ...(Object.keys(joins).length === 0 ? {} : { joins }),
      ...(ipc === "shareable" ? { ipcShareable: true } : {})
    }
  })

/**
 * Makes sure that the containers whose namespaces a record names can be joined. Fails with `WrongState`, in Docker's
 * words, when one of them does not run or does not share its memory.
 */
export const requireJoinable = (
  record: ContainerRecord
): Effect.Effect<void, AmbiguousId | NoSuchContainer | StorageFailure | WrongState, Containers | Runtime> =>
  Effect.gen(function* () {
    for (const kind of ["pid", "ipc"] as const) {
      const id = record.options.joins?.[kind]
      if (id === undefined) continue
      const other = yield* (yield* Containers).find(id)
      const state = yield* (yield* Runtime).state(other.id)
      const refuse = (why: string, hint: string) =>
        new WrongState({ container: record.name, id: record.id, verb: "start", why, hint })
      if (!isLive(state) || state.status === "restarting") {
        return yield* refuse(refusalOf(kind, other.id), `start that one before: gantry start ${other.name}`)
      }
      if (kind === "ipc" && !sharesMemory(other)) {
        return yield* refuse(
          `can't join IPC of container ${other.id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`,
          `make ${other.name} anew with --ipc shareable`
        )
      }
    }
  })

/** What a start makes of a container's description: with the namespaces of the containers that its record names. */
export const joinedNamespaces = (
  record: Pick<ContainerRecord, "id" | "options">
): Effect.Effect<(spec: ContainerSpec) => ContainerSpec, StorageFailure, Containers | Settings> =>
  Effect.gen(function* () {
    const { ipc, pid } = record.options.joins ?? {}
    if (ipc === undefined && pid === undefined) return (spec) => spec
    const directory = directoryOf((yield* Settings).root, record.id)
    const processes = { path: sharedPath(directory, "pid") }
    const memory = { path: sharedPath(directory, "ipc"), mounts: sharedPath(directory, "memory") }
    const seen = pid === undefined ? undefined : (yield* isOfHost(pid, "pid")) ? "host" : processes
    const shared = ipc === undefined ? undefined : (yield* isOfHost(ipc, "ipc")) ? "host" : memory
    return (spec) => ({
      ...spec,
      mounts: shared === "host" ? [hostMemory, ...spec.mounts] : spec.mounts,
      namespaces: {
        ...spec.namespaces,
        ...(seen === undefined ? {} : { pid: seen }),
        ...(shared === undefined ? {} : { ipc: shared })
      }
    })
  })

/** One that has the memory of another one, or the host's, has it because that is shared. */
const sharesMemory = ({ options, spec }: ContainerRecord): boolean =>
  options.ipcShareable === true || options.joins?.ipc !== undefined || spec.namespaces.ipc === "host"

/** Whether the namespace that a container has, itself or through others, is the host's. False when it is gone. */
const isOfHost = (id: string, kind: Kind): Effect.Effect<boolean, StorageFailure, Containers> =>
  Effect.gen(function* () {
    const record = Option.getOrUndefined(yield* known(id))
    if (record === undefined) return false
    const further = record.options.joins?.[kind]
    // It names one that is older than itself, so that this comes to an end.
    return further === undefined ? record.spec.namespaces[kind] === "host" : yield* isOfHost(further, kind)
  })

/** IDs of the containers that have to run before this one can start. */
export const neededBy = ({ options }: Pick<ContainerRecord, "options">): ReadonlyArray<string> => {
  const { ipc, pid } = options.joins ?? {}
  return [sharerOf({ options }), pid, ipc].filter((id) => id !== undefined)
}
