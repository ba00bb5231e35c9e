import type { PortRequest, PublishedPort } from "@gantry/core/network/Network"
import { isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import * as Effect from "effect/Effect"
import { type ContainerRecord, portsOf } from "../containers/ContainerRecord.ts"
import { Containers } from "../containers/Containers.ts"
import { means } from "../networks/match-ports.ts"
import { addPorts, type PortChangeError, type PortChangeServices, removePorts } from "./change-ports.ts"

/**
 * Publishes a port of a container elsewhere: the new one answers before the old one is taken away, and nothing changes
 * when the new one cannot be had. Returns what answers from now on. Fails with `WrongState` when `from` means none.
 */
export const movePort = (
  container: Pick<ContainerRecord, "id" | "name">,
  from: ReadonlyArray<PortRequest>,
  to: ReadonlyArray<PortRequest>
): Effect.Effect<ReadonlyArray<PublishedPort>, PortChangeError, PortChangeServices> =>
  Effect.gen(function* () {
    const record = yield* (yield* Containers).find(container.id)
    const known = portsOf(record)
    const going = known.filter((port) => from.some((wish) => means(wish, port)))
    // Nothing answers of one that does not run, and `removePorts` says what is not published.
    const live = isLive(yield* (yield* Runtime).state(container.id))
    if (!live || !from.every((wish) => known.some((port) => means(wish, port)))) {
      yield* removePorts(container, from)
      return yield* addPorts(container, to)
    }
    const made = yield* addPorts(container, to)
    yield* removePorts(container, going).pipe(Effect.onError(() => Effect.ignore(removePorts(container, made))))
    return made
  }).pipe(Effect.uninterruptible)
