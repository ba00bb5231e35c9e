import { SIGKILL } from "@gantry/linux/constants"
import { rmSync } from "node:fs"
import { isLive } from "@gantry/core/runtime/ContainerState"
import type { RuntimeShape } from "@gantry/core/runtime/Runtime"
import { NotRunning } from "@gantry/core/runtime/RuntimeError"
import * as Effect from "effect/Effect"
import type { Conversation } from "../supervisor/client.ts"
import { clearGroup, thawGroup } from "../supervisor/group.ts"
import { currentState, readState } from "../supervisor/state.ts"
import { clearEarlier, endProcess } from "./clear-earlier.ts"
import { lostExit } from "./session.ts"
import { clearHome } from "./supervisor-home.ts"

/** For what nobody tells of: whether a container in between two lives has got on. */
const pauseBetweenLooks = "20 millis"

/** How long a killed container may take to end before its supervisor is ended as well. */
const mostDying = "10 seconds"

/** What {@link endVerbs} uses of the runtime. */
export interface EndTools extends Pick<RuntimeShape, "signal" | "standDown"> {
  readonly connect: (id: string) => Effect.Effect<Conversation, NotRunning>
  readonly directoryOf: (id: string) => string
  readonly groupOf: (id: string) => string
  readonly socketOf: (id: string) => string
}

/** How the end of a container is waited for, and how it is brought about with all that the container was. */
export const endVerbs = ({
  connect,
  directoryOf,
  groupOf,
  signal,
  socketOf,
  standDown
}: EndTools): Pick<RuntimeShape, "remove" | "wait"> => {
  const wait: RuntimeShape["wait"] = (id) =>
    Effect.gen(function* () {
      for (let looks = 0; ; looks++) {
        const now = currentState(directoryOf(id))
        if (now.status === "exited") return now.exit
        if (now.status === "lost") return lostExit
        if (now.status === "created") {
          // Somebody has removed it meanwhile, and killed it for that.
          if (looks > 0) return lostExit
          return yield* new NotRunning({ container: id })
        }
        // Its end is written down before its door closes: who finds it closed looks again at once.
        if (looks > 1) yield* Effect.sleep(pauseBetweenLooks)
        const event = yield* Effect.scoped(
          Effect.acquireRelease(connect(id), (each) => Effect.sync(each.close)).pipe(
            Effect.flatMap((conversation) => Effect.promise(() => conversation.event("exited")))
          )
        ).pipe(Effect.catchTag("NotRunning", () => Effect.succeed(undefined)))
        if (event?.type === "exited") return event.exit
      }
    })

  /** Kills the first process, also one that is about to begin, until the container has ended. */
  const killed = (id: string): Effect.Effect<void> =>
    Effect.gen(function* () {
      while (isLive(currentState(directoryOf(id)))) {
        yield* Effect.ignore(signal(id, SIGKILL))
        // On cgroup v1 nothing dies while it stands still.
        thawGroup(groupOf(id))
        yield* Effect.timeoutOption(Effect.ignore(wait(id)), pauseBetweenLooks)
        if (currentState(directoryOf(id)).status === "restarting") yield* Effect.sleep(pauseBetweenLooks)
      }
    })

  const remove: RuntimeShape["remove"] = (id) =>
    Effect.gen(function* () {
      const directory = directoryOf(id)
      const group = groupOf(id)
      yield* Effect.promise(() => clearEarlier(directory, group))
      if (isLive(currentState(directory))) {
        // One whose supervisor hears nothing any more is ended below with all it has.
        yield* standDown(id, { signal: SIGKILL })
        yield* Effect.timeoutOption(killed(id), mostDying)
      }
      const file = readState(directory)
      if (file !== undefined && isLive(file.state)) {
        // What a supervisor could not end, or did not live to end, goes with the whole group.
        yield* Effect.promise(() => endProcess(file.supervisor))
        yield* Effect.promise(() => clearGroup(group))
      }
      // It was never started, or somebody has taken its directory away while it ran.
      if (file === undefined) yield* Effect.promise(() => clearGroup(group))
      clearHome(directory)
      rmSync(socketOf(id), { force: true })
    })

  return { remove, wait }
}
