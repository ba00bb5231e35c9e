import {
  type Output,
  Runtime,
  type RuntimeAbilities,
  type Session,
  type Supervision
} from "@gantry/core/runtime/Runtime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { forAll, law, type Law } from "./Law.ts"
import { RuntimeBench } from "./RuntimeBench.ts"
import { joined } from "./samples/bytes.ts"

/** A law of runtimes. It speaks only of those that have the ability it needs. */
export interface RuntimeLaw extends Law<Runtime | RuntimeBench> {
  readonly needs?: keyof RuntimeAbilities
}

/** The laws a runtime of these abilities is held to. */
export const runtimeLawsFor = (abilities: RuntimeAbilities): ReadonlyArray<RuntimeLaw> =>
  runtimeLaws.filter(({ needs }) => needs === undefined || abilities[needs])

/** Standard input is open until the law closes it, nothing is logged, nothing is left to clean up. */
const supervision: Supervision = {
  stdin: true,
  stdinOnce: true,
  log: { driver: "none", maxBytes: 1_000_000, files: 1 },
  ports: [],
  restart: { policy: "no", most: 0 },
  stop: { signal: 15, grace: 10_000 },
  claimed: false,
  cleanup: []
}

const textOf = (pieces: Iterable<Output>, stream: Output["stream"]) =>
  new TextDecoder().decode(
    joined(Array.from(pieces).flatMap((piece) => (piece.stream === stream ? [piece.bytes] : [])))
  )

/** What a session writes until, and with, the first text that the predicate accepts. */
const heard = (session: Session, enough: (text: string) => boolean) => {
  const pieces: Array<Output> = []
  return session.output.pipe(
    Stream.takeUntil((piece) => {
      pieces.push(piece)
      return enough(textOf(pieces, "stdout"))
    }),
    Stream.runDrain,
    Effect.map(() => textOf(pieces, "stdout"))
  )
}

const begun = (text: string) => text.includes("\n")

/** What a runtime must make true. Those that start containers take few samples: a start costs milliseconds. */
export const runtimeLaws: ReadonlyArray<RuntimeLaw> = [
  forAll(
    "RUN-1",
    "the exit status of the command is the exit status of the container",
    // 125 to 127 have a meaning of our own, 128 and above look like signals; none of them may be changed.
    fc.constantFrom(0, 1, 2, 42, 125, 126, 127, 128, 137, 255),
    (code) =>
      Effect.gen(function* () {
        const runtime = yield* Runtime
        const bench = yield* RuntimeBench
        const performed = yield* runtime.perform(yield* bench.spec(bench.commands.exit(code)), () => undefined)
        const conversed = yield* Effect.scoped(
          Effect.flatMap(
            Effect.flatMap(bench.spec(bench.commands.exit(code)), runtime.converse),
            (session) => session.exit
          )
        )
        const spec = yield* bench.spec(bench.commands.exit(code))
        const session = yield* runtime.start(spec, supervision)
        const ended = yield* session.exit
        const waited = yield* runtime.wait(spec.id)
        const state = yield* runtime.state(spec.id)
        yield* runtime.remove(spec.id)
        return (
          [performed, conversed, ended, waited].every((exit) => exit.code === code) &&
          state.status === "exited" &&
          state.exit.code === code
        )
      }),
    // Codes that look like signals are three of ten, and four samples may well be without any.
    { runs: 5, examples: [137] }
  ),

  {
    ...law(
      "RUN-2",
      "a process in the container cannot see a process outside it",
      Effect.gen(function* () {
        const runtime = yield* Runtime
        const bench = yield* RuntimeBench
        const spec = yield* bench.spec(bench.commands.processes)
        const session = yield* runtime.start(spec, supervision)
        const text = yield* heard(session, (seen) => seen.endsWith("end\n"))
        const there = yield* bench.processes(spec.id)
        yield* runtime.remove(spec.id)
        return there > 0 && text.trimEnd().split("\n").length - 1 === there
      })
    )
  },

  forAll(
    "RUN-3",
    "after removal nothing of the container is mounted or running",
    fc.constantFrom("removed while it runs", "removed after its end", "interrupted", "left", "killed"),
    (end) =>
      Effect.gen(function* () {
        const runtime = yield* Runtime
        const bench = yield* RuntimeBench
        const spec = yield* bench.spec(
          end === "removed after its end" ? bench.commands.exit(0) : bench.commands.forever
        )
        if (end === "interrupted") {
          const started = yield* Deferred.make<void>()
          const performing = yield* Effect.fork(
            runtime.perform(spec, () => void Deferred.unsafeDone(started, Effect.void))
          )
          yield* Effect.race(Deferred.await(started), Fiber.await(performing))
          yield* Fiber.interrupt(performing)
        } else if (end === "left") {
          yield* Effect.scoped(Effect.flatMap(runtime.converse(spec), (session) => heard(session, begun)))
          // Nobody has to remove it.
          if ((yield* bench.processes(spec.id)) > 0) return false
        } else {
          const session = yield* runtime.start(spec, supervision)
          if (end === "removed after its end") yield* session.exit
          else yield* heard(session, begun)
          if (end === "killed") {
            yield* runtime.signal(spec.id, 9)
            const { code } = yield* runtime.wait(spec.id)
            if (code !== 137) return false
          }
        }
        yield* runtime.remove(spec.id)
        yield* runtime.remove(spec.id)
        const state = yield* runtime.state(spec.id)
        return (
          (yield* bench.processes(spec.id)) === 0 && (yield* bench.mounts(spec.id)) === 0 && state.status !== "running"
        )
      }),
    {
      runs: 5,
      examples: ["removed while it runs", "removed after its end", "interrupted", "left", "killed"]
    }
  ),

  {
    needs: "exec",
    ...law(
      "RUN-4",
      "a further process does not keep the container alive",
      Effect.gen(function* () {
        const runtime = yield* Runtime
        const bench = yield* RuntimeBench
        const spec = yield* bench.spec(bench.commands.wait)
        const main = yield* runtime.start(spec, supervision)
        yield* heard(main, begun)
        const further = yield* runtime.exec(
          spec.id,
          { ...spec.process, argv: bench.commands.forever },
          { stdin: false, privileged: false }
        )
        yield* heard(further, begun)
        yield* main.closeInput
        const exit = yield* runtime.wait(spec.id)
        const killed = yield* further.exit
        const left = yield* bench.processes(spec.id)
        yield* runtime.remove(spec.id)
        return exit.code === 0 && killed.code === 137 && left === 0
      })
    )
  },

  law(
    "RUN-5",
    "what the command writes is what is heard, each stream by itself",
    Effect.gen(function* () {
      const runtime = yield* Runtime
      const bench = yield* RuntimeBench
      const argv = bench.commands.print("one two", "three")
      const performed: Array<Output> = []
      yield* runtime.perform(
        yield* bench.spec(argv),
        (piece) => void performed.push({ ...piece, bytes: piece.bytes.slice() })
      )
      const spec = yield* bench.spec(argv)
      const session = yield* runtime.start(spec, supervision)
      const started = yield* Stream.runCollect(session.output)
      yield* runtime.remove(spec.id)
      const conversation = yield* runtime.converse(yield* bench.spec(argv))
      const conversed = yield* Stream.runCollect(conversation.output)
      return [performed, started, conversed].every(
        (pieces) => textOf(pieces, "stdout") === "one two\n" && textOf(pieces, "stderr") === "three\n"
      )
    })
  ),

  law(
    "RUN-6",
    "a command that is not there fails by name and leaves nothing",
    Effect.gen(function* () {
      const runtime = yield* Runtime
      const bench = yield* RuntimeBench
      const spec = yield* bench.spec(bench.commands.missing)
      const failure = yield* Effect.flip(runtime.start(spec, supervision))
      const state = yield* runtime.state(spec.id)
      const left = (yield* bench.processes(spec.id)) + (yield* bench.mounts(spec.id))
      yield* runtime.remove(spec.id)
      return failure._tag === "CommandNotFound" && state.status !== "running" && left === 0
    })
  ),

  {
    needs: "pause",
    ...law(
      "RUN-7",
      "a container that is paused stands still, and goes on where it stopped",
      Effect.gen(function* () {
        const runtime = yield* Runtime
        const bench = yield* RuntimeBench
        const spec = yield* bench.spec(bench.commands.wait)
        const session = yield* runtime.start(spec, supervision)
        yield* heard(session, begun)
        yield* runtime.pause(spec.id)
        yield* runtime.pause(spec.id)
        yield* session.closeInput
        const paused = yield* runtime.state(spec.id)
        yield* runtime.resume(spec.id)
        const exit = yield* runtime.wait(spec.id)
        const again = yield* bench.spec(bench.commands.forever)
        yield* runtime.start(again, supervision)
        yield* runtime.pause(again.id)
        yield* runtime.remove(again.id)
        const left = yield* bench.processes(again.id)
        yield* runtime.remove(spec.id)
        return paused.status === "running" && paused.paused && exit.code === 0 && left === 0
      })
    )
  }
]
