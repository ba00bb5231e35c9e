import { isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { Containers } from "../containers/Containers.ts"
import type { NameTaken } from "../EngineError.ts"
import { containerEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"

/** Gives a container another name, also in what its supervisor will tell of it. */
export const rename = (
  record: ContainerRecord,
  name: string
): Effect.Effect<void, NameTaken | StorageFailure, Containers | Runtime> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    yield* (yield* Containers).rename(record.id, name)
    if (isLive(yield* runtime.state(record.id))) yield* Effect.ignore(runtime.update(record.id, { name }))
    yield* tell(containerEvent({ ...record, name }, "rename", { oldName: `/${record.name}` }))
  })
