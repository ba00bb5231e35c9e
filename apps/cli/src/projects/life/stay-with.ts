import type { Project } from "@gantry/compose/Project"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { mergedLogs } from "@gantry/engine/containers/merged-logs"
import { SIGKILL } from "@gantry/linux/constants"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as Stream from "effect/Stream"
import type { EngineServices } from "../../compose.ts"
import type { Failure } from "../../show/explain.ts"
import type { Terminal } from "../../terminal.ts"
import type { ProjectContext } from "../define-project.ts"
import { endOf } from "./end-of.ts"
import { type Member, serviceMembers } from "./members.ts"
import type { WatchHands } from "../watch/WatchHands.ts"
import type { OnHookLine } from "./hooks.ts"
import { interrupted, onSignals } from "./on-signals.ts"
import { hookOutput, type OutputForm, outputOf, shortName } from "./output.ts"
import type { Progress } from "../progress.ts"
import { isToEnd, type StartWish } from "./start-services.ts"
import { killMembers, stopMembers } from "./stop-services.ts"

/** How `up` starts containers and stays with them. */
export interface Stay {
  /** Starts them, and tells of each that it runs, and what commands write that are run in it. */
  readonly starting: (
    wish: Required<Pick<StartWish, "onHookLine" | "onStart">>
  ) => Effect.Effect<void, Failure, EngineServices>
  /** Those whose output is shown. */
  readonly shown: ReadonlyArray<Member>
  /** Those that it stays for: once all of them have ended, it ends, too. */
  readonly watched: ReadonlyArray<Member>
  /** All that are stopped when it is asked to end. */
  readonly members: ReadonlyArray<Member>
  /** Nanoseconds since 1970: what was written earlier is not shown. */
  readonly since: bigint
  readonly form: OutputForm
  /** All are stopped when one ends, or when one fails. */
  readonly abortOn: "exit" | "failure" | undefined
  /** The service whose exit code is that of `up`. */
  readonly codeFrom: string | undefined
  readonly timeout: number | undefined
  /** What goes on beside once they run, until all end: it may put others in their places. */
  readonly beside?: ((hands: WatchHands) => Effect.Effect<never, Failure, EngineServices>) | undefined
}

/** Why the containers are to be stopped. */
type Reason = { readonly kind: "asked" } | { readonly kind: "ended"; readonly code: number }

/**
 * Starts containers and shows what they write until all have ended, or until they are asked to: then stops them, those of
 * a service before those of what it needs, and kills them when asked once more. Succeeds with the exit status of `up`.
 *
 * A container that others wait for to do its work is no reason to stop when it has done it.
 */
export const stayWith = (
  project: Project,
  { abortOn, beside, codeFrom, form, members, shown, since, starting, timeout, watched }: Stay,
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
    const print = outputOf(shown, form, terminal)
    const onHookLine: OnHookLine = (member, line) => {
      if (isAmong(shown, member)) hookOutput(member, line, form, terminal)
    }
    const codes = new Map<string, number>()
    const watch = (member: Member) =>
      Effect.gen(function* () {
        const code = yield* endOf(member)
        codes.set(member.record.name, code)
        const hasDoneWork = code === 0 && isToEnd(project, member.service)
        // Whose code is wanted has the time that it takes, unless something fails under it.
        const isReason = codeFrom === undefined ? !hasDoneWork : code !== 0 || member.service === codeFrom
        const ends = (abortOn === "exit" && isReason) || (abortOn === "failure" && code !== 0)
        if (ends) yield* Deferred.succeed(reason, { kind: "ended", code })
        return code
      })
    const staying = yield* FiberSet.make<void, Failure>()
    const run = yield* FiberSet.runtime(staying)<EngineServices>()
    const stayOne = (member: Member, from: bigint) =>
      Effect.gen(function* () {
        const output = yield* Effect.fork(isAmong(shown, member) ? showOutput(member, from, print) : Effect.void)
        const code = isAmong(watched, member) ? yield* watch(member) : undefined
        yield* Fiber.join(output)
        if (code !== undefined && isAmong(shown, member)) {
          terminal.out(`${shortName(member)} exited with code ${code}\n`)
        }
      })
    const { hands, stay } = handsOf((member, from) => run(stayOne(member, from)), members, terminal)
    const starts = starting({ onHookLine, onStart: (member) => Effect.sync(() => stay(member, since)) })
    const started = yield* Effect.fork(beside === undefined ? starts : Effect.zipRight(starts, beside(hands)))
    const all = Effect.zipRight(Fiber.join(started), FiberSet.awaitEmpty(staying))
    const first = yield* Effect.raceFirst(Deferred.await(reason), Effect.as(all, undefined))
    if (first !== undefined) {
      if (first.kind === "ended") terminal.err("Aborting on container exit...\n")
      yield* Fiber.interrupt(started)
      const last = yield* beside === undefined ? Effect.succeed(members) : inPlaceOf(project, members)
      const stopping = stopMembers(project, yield* now(last), { seconds: timeout, onHookLine }, progress, context)
      const killing = Effect.zipRight(
        Deferred.await(killed),
        Effect.flatMap(now(last), (left) => Effect.ignore(killMembers(left, SIGKILL, progress, context)))
      )
      const killer = yield* Effect.fork(killing)
      yield* stopping
      yield* FiberSet.awaitEmpty(staying)
      yield* Fiber.interrupt(killer)
    }
    const last = members.find(({ service }) => service === codeFrom)
    const wanted = last === undefined ? undefined : (codes.get(last.record.name) ?? (yield* codeSince(last, since)))
    if (wanted !== undefined && first?.kind !== "asked") return wanted
    if (first === undefined) return 0
    return first.kind === "asked" ? interrupted : first.code
  }).pipe(Effect.scoped)

/** Whether a container, or one in whose place it came, is one of these. */
const isAmong = (group: ReadonlyArray<Member>, { record }: Member): boolean =>
  group.some((each) => each.record.name === record.name)

/** Who stays with which container, so that it can be let go, and another one be stayed with in its place. */
const handsOf = (
  staying: (member: Member, since: bigint) => Fiber.RuntimeFiber<void, Failure>,
  members: ReadonlyArray<Member>,
  terminal: Pick<Terminal, "now">
) => {
  const stays = new Map<string, Fiber.RuntimeFiber<void, Failure>>()
  const releasedAt = new Map<string, bigint>()
  const stay = (member: Member, since: bigint) => void stays.set(member.record.id, staying(member, since))
  const hands: WatchHands = {
    release: Effect.fn(function* (released) {
      for (const { record } of released) {
        releasedAt.set(record.name, nanoseconds(terminal))
        const fiber = stays.get(record.id)
        if (fiber !== undefined) yield* Fiber.interrupt(fiber)
        stays.delete(record.id)
      }
    }),
    take: (member) =>
      Effect.sync(() => {
        const { id, name } = member.record
        if (!stays.has(id) && isAmong(members, member)) stay(member, releasedAt.get(name) ?? nanoseconds(terminal))
      })
  }
  return { hands, stay }
}

const nanoseconds = ({ now: clock }: Pick<Terminal, "now">): bigint => BigInt(clock()) * 1_000_000n

/** The exit code of a container that was started since then: it may have run before it was told of. */
const codeSince = ({ record }: Member, since: bigint) =>
  Effect.gen(function* () {
    const state = yield* (yield* Runtime).state(record.id)
    return state.status === "exited" && state.startedAt >= Number(since / 1_000_000n) ? state.exit.code : undefined
  })

/** The containers of the same services now. */
const inPlaceOf = (project: Project, members: ReadonlyArray<Member>) => {
  const services = new Set(members.map(({ service }) => service))
  return Effect.map(serviceMembers(project.name), (all) => all.filter(({ service }) => services.has(service)))
}

/** The same containers as they are now. */
const now = (members: ReadonlyArray<Member>) =>
  Effect.flatMap(Runtime, (runtime) =>
    Effect.forEach(members, (member) =>
      Effect.map(runtime.state(member.record.id), (state): Member => ({ ...member, state }))
    )
  )

const showOutput = (member: Member, since: bigint, print: ReturnType<typeof outputOf>) =>
  member.record.options.log.driver === "none"
    ? Effect.void
    : Stream.runForEach(mergedLogs([member.record], { tail: "all", since, follow: true }), ([, line]) =>
        Effect.sync(() => print(member, line))
      )
