import { type ContainerState, type ExitStatus, isLive } from "@gantry/core/runtime/ContainerState"
import type { Output, Session } from "@gantry/core/runtime/Runtime"
import { IsolationRefused, type NotRunning } from "@gantry/core/runtime/RuntimeError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Conversation } from "../supervisor/client.ts"
import type { Launched } from "../supervisor/launch.ts"
import type { OutputQueue } from "../supervisor/output-queue.ts"

/** How a container ends whose supervisor was killed: the kernel has killed everything in it. */
export const lostExit: ExitStatus = { code: 137, oomKilled: false, error: "the supervisor of the container was killed" }

/** A queue as a stream. Nothing is lost when a reader is interrupted; the next one goes on where it stopped. */
const streamOf = (queue: OutputQueue): Stream.Stream<Output> =>
  Stream.repeatEffectOption(
    Effect.flatMap(Effect.promise(queue.ready), (there) => {
      const next = there ? queue.take() : undefined
      return next === undefined ? Effect.fail(Option.none()) : Effect.succeed(next)
    })
  )

/** A conversation with a supervisor as a session. */
export const sessionOf = (
  container: string,
  conversation: Conversation,
  {
    signal,
    state
  }: {
    readonly signal: (signal: number) => Effect.Effect<void, NotRunning>
    readonly state: Effect.Effect<ContainerState>
  }
): Session => ({
  output: streamOf(conversation.output),
  input: (bytes) => Effect.promise(() => conversation.input(bytes)),
  closeInput: Effect.sync(() => conversation.tell({ type: "close-stdin" })),
  resize: ({ columns, rows }) => Effect.sync(() => conversation.tell({ type: "resize", rows, columns })),
  // Not through the conversation: it may be full of input that the process does not read.
  signal: (number) => Effect.ignore(signal(number)),
  exit: Effect.gen(function* () {
    conversation.output.unbounded()
    const event = yield* Effect.promise(() => conversation.event("exited"))
    if (event?.type === "exited") return event.exit
    // The supervisor writes down how it ended before it says so: its last word may be lost, the record is not.
    const recorded = yield* settled(state)
    if (recorded.status === "exited") return recorded.exit
    // Where it was killed at the very beginning, nothing is written down yet.
    if (!isLive(recorded)) return lostExit
    return yield* new IsolationRefused({
      container,
      stage: "wait for the container",
      why: "its supervisor does not speak to this command any more"
    })
  })
})

/** Looks after the last word of a supervisor, and the pause between two, in milliseconds. */
const looks = 100
const pace = 10

/** How a container fares once its supervisor is gone: one that is killed falls silent before it ends. */
const settled = (state: Effect.Effect<ContainerState>, left = looks): Effect.Effect<ContainerState> =>
  Effect.flatMap(state, (found) =>
    isLive(found) && left > 0 ? Effect.zipRight(Effect.sleep(pace), settled(state, left - 1)) : Effect.succeed(found)
  )

/** A process that the caller itself has launched, as a session. */
export const sessionOfLaunched = (launched: Launched, output: OutputQueue): Session => {
  // The output was offered when this resolves.
  void launched.ended.then(output.end)
  return {
    output: streamOf(output),
    input: (bytes) => Effect.promise(() => launched.write(bytes)),
    closeInput: Effect.sync(launched.closeInput),
    resize: (size) => Effect.sync(() => launched.resize(size)),
    signal: (number) => Effect.sync(() => launched.signal(number)),
    exit: Effect.suspend(() => {
      output.unbounded()
      return Effect.promise(() => launched.ended)
    })
  }
}
