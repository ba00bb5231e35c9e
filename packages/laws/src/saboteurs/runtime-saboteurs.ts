import type { ExitStatus } from "@gantry/core/runtime/ContainerState"
import { type Output, Runtime, type RuntimeShape, type Session, type Supervision } from "@gantry/core/runtime/Runtime"
import { CommandNotExecutable } from "@gantry/core/runtime/RuntimeError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { RuntimeBench } from "../RuntimeBench.ts"
import type { Saboteur } from "../Saboteur.ts"

/** Nobody looks after it. */
const alone: Supervision = {
  stdin: false,
  stdinOnce: false,
  log: { driver: "none", maxBytes: 0, files: 1 },
  ports: [],
  restart: { policy: "no", most: 0 },
  stop: { signal: 15, grace: 10_000 },
  claimed: false,
  cleanup: []
}

const sins: ReadonlyArray<
  readonly [sin: string, breaks: ReadonlyArray<string>, how: (runtime: RuntimeShape) => Partial<RuntimeShape>]
> = [
  [
    "calls every end a good one",
    ["RUN-1"],
    (runtime) => ({ perform: (...asked) => Effect.map(runtime.perform(...asked), good) })
  ],
  [
    "takes high codes for signals",
    ["RUN-1"],
    (runtime) => ({ wait: (id) => Effect.map(runtime.wait(id), (exit) => ({ ...exit, code: exit.code % 128 })) })
  ],
  [
    "shows a process from outside",
    ["RUN-2"],
    (runtime) => ({
      start: (...asked) =>
        Effect.map(runtime.start(...asked), (session): Session => ({
          ...session,
          output: Stream.concat(
            Stream.make<[Output]>({ stream: "stdout", bytes: new TextEncoder().encode("1\n") }),
            session.output
          )
        }))
    })
  ],
  ["lets removed containers run on", ["RUN-3"], () => ({ remove: () => Effect.void })],
  [
    "leaves the command when its caller is interrupted",
    ["RUN-3"],
    (runtime) => {
      const performed = new Set<string>()
      return {
        perform: (spec, onOutput) =>
          Effect.scoped(
            Effect.gen(function* () {
              performed.add(spec.id)
              const session = yield* runtime.start(spec, alone)
              yield* Stream.runForEach(session.output, (piece) => Effect.sync(() => onOutput(piece)))
              return yield* session.exit
            })
          ),
        // What was only performed was never meant to be there.
        remove: (id) => (performed.has(id) ? Effect.void : runtime.remove(id))
      }
    }
  ],
  [
    "leaves the command when its caller has gone away",
    ["RUN-3"],
    (runtime) => ({ converse: (spec) => runtime.start(spec, alone) })
  ],
  [
    "lets further processes outlive the container",
    ["RUN-4"],
    (runtime) => ({
      exec: (...asked) =>
        Effect.map(runtime.exec(...asked), (session): Session => ({ ...session, exit: Effect.map(session.exit, good) }))
    })
  ],
  [
    "mixes both streams into one",
    ["RUN-5"],
    (runtime) => ({
      perform: (spec, onOutput) => runtime.perform(spec, ({ bytes }) => onOutput({ stream: "stdout", bytes }))
    })
  ],
  [
    "forgets what was written before anybody listened",
    ["RUN-5"],
    (runtime) => ({
      start: (...asked) =>
        Effect.map(runtime.start(...asked), (session) => ({ ...session, output: Stream.drop(session.output, 1) }))
    })
  ],
  ["takes no notice of a pause", ["RUN-7"], () => ({ pause: () => Effect.void })],
  [
    "cannot tell a missing command from a broken one",
    ["RUN-6"],
    (runtime) => ({
      start: (...asked) =>
        Effect.catchTag(runtime.start(...asked), "CommandNotFound", ({ command, container }) =>
          Effect.fail(new CommandNotExecutable({ command, container, why: "something is wrong" }))
        )
    })
  ]
]

const good = (exit: ExitStatus): ExitStatus => ({ ...exit, code: 0 })

/** Runtimes with one sin each, made from an honest one that can start further processes. */
export const runtimeSaboteurs = (
  honest: Layer.Layer<Runtime | RuntimeBench>
): ReadonlyArray<Saboteur<Runtime | RuntimeBench>> =>
  sins.map(([sin, breaks, how]) => ({
    sin,
    breaks,
    layer: Layer.provideMerge(
      Layer.effect(
        Runtime,
        Effect.map(Runtime, (runtime) => ({ ...runtime, ...how(runtime) }))
      ),
      honest
    )
  }))
