import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import { isOfKind, kindWords } from "./kinds.ts"
import type { Kind, Known } from "./members.ts"
import { PluginThrew } from "../PluginFailed.ts"

type AnyEffect = Effect.Effect<unknown, unknown>
type AnyStream = Stream.Stream<unknown, unknown>
type Call = (...args: ReadonlyArray<unknown>) => unknown

/** Whether a service may fail so. */
type Expected = (failure: unknown) => boolean

/** One member of one plugin's service. */
interface Place {
  readonly plugin: string
  readonly name: string
  readonly expected: Expected
}

/** Turns what the contract does not allow for into defects that name the plugin; its failures, and interruptions, pass. */
const named =
  ({ expected, name, plugin }: Place) =>
  (cause: Cause.Cause<unknown>): Cause.Cause<unknown> => {
    const threw = (problem: unknown): Cause.Cause<unknown> =>
      Cause.die(problem instanceof PluginThrew ? problem : new PluginThrew(plugin, name, problem))
    return Cause.match(cause, {
      onEmpty: Cause.empty as Cause.Cause<unknown>,
      onFail: (failure) => (expected(failure) ? Cause.fail(failure) : threw(failure)),
      onDie: threw,
      onInterrupt: (id) => Cause.interrupt(id),
      onSequential: (left, right) => Cause.sequential(left, right),
      onParallel: (left, right) => Cause.parallel(left, right)
    })
  }

/** What a member is, or a call of it gave, under the plugin's name. */
const guarded = (given: unknown, kind: "effect" | "stream" | "value", place: Place): unknown => {
  if (kind === "value") return given
  if (!isOfKind(given, kind)) {
    throw new PluginThrew(
      place.plugin,
      place.name,
      `it gave ${kindWords(given)}, where its contract has ${kind === "effect" ? "an Effect" : "a Stream"}`
    )
  }
  return Effect.isEffect(given)
    ? Effect.mapErrorCause(given as AnyEffect, named(place))
    : Stream.mapErrorCause(given as AnyStream, named(place))
}

/** Hears what the caller's own bytes and effects fail with, wherever they stand among the arguments. */
const listening =
  (heard: Set<unknown>) =>
  (arg: unknown): unknown => {
    const hear = (failure: unknown) => Effect.sync(() => heard.add(failure))
    if (Effect.isEffect(arg)) return Effect.tapError(arg as AnyEffect, hear)
    if (isOfKind(arg, "stream")) return Stream.tapError(arg as AnyStream, hear)
    if (!Predicate.hasProperty(arg, "arrive") || typeof arg.arrive !== "function") return arg
    const arrive = arg.arrive as (...args: ReadonlyArray<unknown>) => AnyEffect
    return { ...arg, arrive: (...args: ReadonlyArray<unknown>) => Effect.tapError(arrive(...args), hear) }
  }

const given = { does: "effect", carries: "effect", streams: "stream", answers: "value" } as const

/** A member that is called, or none when it is one that is not. */
const guardCall =
  (call: Call, kind: keyof typeof given, service: object, place: Place): Call =>
  (...args) => {
    const heard = new Set<unknown>()
    const carries = kind === "carries"
    const here = carries
      ? { ...place, expected: (failure: unknown) => heard.has(failure) || place.expected(failure) }
      : place
    try {
      return guarded(Reflect.apply(call, service, carries ? args.map(listening(heard)) : args), given[kind], here)
    } catch (cause) {
      throw cause instanceof PluginThrew ? cause : new PluginThrew(place.plugin, place.name, cause)
    }
  }

/**
 * The service with the plugin's name on whatever it does that its contract does not allow for: throwing, failing in a way
 * of its own, giving something else than an effect. A plugin's mistake is told apart from one of gantry's, and the step
 * that met it fails as any other would: nothing is published, and what was begun is swept.
 *
 * Only what the contract knows is there, and each member is called on the service itself, whatever class it is of.
 */
export const guardService = <Shape extends object>(
  service: Shape,
  { failures, members }: Known,
  plugin: string
): Shape => {
  const expected: Expected = (failure) =>
    failure instanceof Error && "_tag" in failure && typeof failure._tag === "string" && failure._tag in failures
  const all = Object.entries(members).flatMap(([name, spelled]): ReadonlyArray<readonly [string, unknown]> => {
    const member: unknown = Reflect.get(service, name)
    if (member === undefined) return []
    const kind = spelled.replace("?", "") as Kind
    const place = { plugin, name, expected }
    if (kind === "effect" || kind === "stream" || kind === "value") return [[name, guarded(member, kind, place)]]
    return [[name, guardCall(member as Call, kind, service, place)]]
  })
  return Object.fromEntries(all) as Shape
}
