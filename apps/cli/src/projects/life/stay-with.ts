import type { Project } from "@gantry/compose/Project"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { mergedLogs } from "@gantry/engine/containers/merged-logs"
import { SIGKILL } from "@gantry/linux/constants"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as EffectRuntime from "effect/Runtime"
import * as Stream from "effect/Stream"
import type { Terminal } from "../../terminal.ts"
import type { ProjectContext } from "../define-project.ts"
import { endOf } from "./end-of.ts"
import type { Member } from "./members.ts"
import { type OutputForm, outputOf, shortName } from "./output.ts"
import type { Progress } from "../progress.ts"
import { killMembers, stopMembers } from "./stop-services.ts"

/** How `up` stays with what it has started. */
export interface Stay {
  /** Those whose output is shown. */
  readonly shown: ReadonlyArray<Member>
  /** All that are stopped at the end. */
  readonly members: ReadonlyArray<Member>
  /** Nanoseconds since 1970: what was written earlier is not shown. */
  readonly since: bigint
  readonly form: OutputForm
  /** All are stopped when one ends, or when one fails. */
  readonly abortOn: "exit" | "failure" | undefined
  /** The service whose exit code is that of `up`. */
  readonly codeFrom: string | undefined
  readonly timeout: number | undefined
}

/** What the signals that ask for an end do while the scope is open: something the first time, and something else after. */
const onSignals = (first: Effect.Effect<void>, again: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const run = EffectRuntime.runFork(yield* Effect.runtime<never>())
    let asked = 0
    const listener = () => void run(asked++ === 0 ? first : again)
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        process.on("SIGINT", listener)
        process.on("SIGTERM", listener)
      }),
      () =>
        Effect.sync(() => {
          process.off("SIGINT", listener)
          process.off("SIGTERM", listener)
        })
    )
  })

/** Why the containers are to be stopped. */
type Reason = { readonly kind: "asked" } | { readonly kind: "ended"; readonly code: number }

/** Exit status of what a Ctrl-C has ended. */
const interrupted = 130

/**
 * Shows what containers write until all have ended, or until they are asked to: then stops them, those of a service before
 * those of what it needs, and kills them when asked once more. Succeeds with the exit status of `up`.
 */
export const stayWith = (
  project: Project,
  { abortOn, codeFrom, form, members, shown, since, timeout }: Stay,
  progress: Progress,
  context: ProjectContext
) =>
  Effect.gen(function* () {
    const { terminal } = context
    const reason = yield* Deferred.make<Reason>()
    const killed = yield* Deferred.make<void>()
    yield* onSignals(
      Effect.zipRight(
        Effect.sync(() => terminal.err("Gracefully stopping... (press Ctrl+C again to force)\n")),
        Effect.asVoid(Deferred.succeed(reason, { kind: "asked" } as const))
      ),
      Effect.asVoid(Deferred.succeed(killed, undefined))
    )
    const output = yield* Effect.fork(showOutput(shown, since, form, terminal))
    const codes = new Map<string, number>()
    const watching = Effect.forEach(
      members,
      (member) =>
        Effect.gen(function* () {
          const code = yield* endOf(member)
          codes.set(member.record.id, code)
          if (shown.includes(member)) terminal.err(`${shortName(member)} exited with code ${code}\n`)
          const ends =
            (abortOn === "exit" && (codeFrom === undefined || member.service === codeFrom)) ||
            (abortOn === "failure" && code !== 0)
          if (ends) yield* Deferred.succeed(reason, { kind: "ended", code })
        }),
      { concurrency: "unbounded", discard: true }
    )
    const watchers = yield* Effect.fork(watching)
    const first = yield* Effect.raceFirst(Deferred.await(reason), Effect.as(Fiber.await(watchers), undefined))
    if (first !== undefined) {
      const stopping = stopMembers(project, yield* now(members), timeout, progress, context)
      const killing = Effect.zipRight(
        Deferred.await(killed),
        Effect.flatMap(now(members), (left) => Effect.ignore(killMembers(left, SIGKILL, progress, context)))
      )
      const killer = yield* Effect.fork(killing)
      yield* stopping
      yield* Fiber.await(watchers)
      yield* Fiber.interrupt(killer)
    }
    yield* Fiber.await(output)
    const last = members.find(({ service }) => service === codeFrom)
    if (codeFrom !== undefined && last !== undefined && first?.kind !== "asked") return codes.get(last.record.id) ?? 0
    if (first === undefined) return 0
    return first.kind === "asked" ? interrupted : first.code
  }).pipe(Effect.scoped)

/** The same containers as they are now. */
const now = (members: ReadonlyArray<Member>) =>
  Effect.flatMap(Runtime, (runtime) =>
    Effect.forEach(members, (member) =>
      Effect.map(runtime.state(member.record.id), (state): Member => ({ ...member, state }))
    )
  )

const showOutput = (shown: ReadonlyArray<Member>, since: bigint, form: OutputForm, terminal: Terminal) => {
  const print = outputOf(shown, form, terminal)
  const byId = new Map(shown.map((member) => [member.record.id, member]))
  const heard = shown.map(({ record }) => record).filter(({ options }) => options.log.driver !== "none")
  return Stream.runForEach(mergedLogs(heard, { tail: "all", since, follow: true }), ([{ id }, line]) =>
    Effect.sync(() => {
      const member = byId.get(id)
      if (member !== undefined) print(member, line)
    })
  )
}
