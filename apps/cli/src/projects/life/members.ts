import { type ContainerState, isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import type { ContainerRecord } from "@gantry/engine/containers/ContainerRecord"
import { Containers } from "@gantry/engine/containers/Containers"
import * as Effect from "effect/Effect"
import { label } from "../labels.ts"

/** A container of a project. */
export interface Member {
  readonly record: ContainerRecord
  readonly state: ContainerState
  readonly service: string
  /** From 1. */
  readonly number: number
  /** Made by `compose run`. */
  readonly oneOff: boolean
}

/** Whether something of it runs. */
export const runs = ({ state }: Member): boolean => isLive(state)

const memberOf = (record: ContainerRecord, state: ContainerState): Member => ({
  record,
  state,
  service: record.labels[label.service] ?? "",
  number: Number(record.labels[label.number] ?? 1),
  oneOff: record.labels[label.oneOff] === "True"
})

/** Those of some containers that are of a service, by service and number; also those of `compose run`. */
export const membersAmong = (
  records: ReadonlyArray<ContainerRecord>
): Effect.Effect<ReadonlyArray<Member>, never, Runtime> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const found = yield* Effect.forEach(
      records.filter(({ labels }) => labels[label.service] !== undefined),
      (record) => Effect.map(runtime.state(record.id), (state) => memberOf(record, state))
    )
    return found.toSorted((a, b) => (a.service === b.service ? a.number - b.number : a.service < b.service ? -1 : 1))
  })

/** The containers of a project, by service and number; also those of `compose run`. */
export const allMembers = (
  project: string
): Effect.Effect<ReadonlyArray<Member>, StorageFailure, Containers | Runtime> =>
  Effect.gen(function* () {
    const records = yield* (yield* Containers).list
    return yield* membersAmong(records.filter(({ labels }) => labels[label.project] === project))
  })

/** The same without those of `compose run`. */
export const serviceMembers = (
  project: string
): Effect.Effect<ReadonlyArray<Member>, StorageFailure, Containers | Runtime> =>
  Effect.map(allMembers(project), (all) => all.filter(({ oneOff }) => !oneOff))
