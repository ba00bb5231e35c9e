import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { PluginThrew } from "./PluginFailed.ts"

/** What a contract says that a member is, its type unknown here. */
type Member = unknown

const isStream = (value: unknown): value is Stream.Stream<unknown, unknown, unknown> =>
  typeof value === "object" && value !== null && Stream.StreamTypeId in value

/** Turns defects into ones that name the plugin; failures that the contract knows, and interruptions, pass. */
const named = (plugin: string, what: string) => (cause: Cause.Cause<unknown>) =>
  Cause.flatMap(cause, (error) => Cause.fail(error)).pipe((failure) =>
    Cause.match(failure, {
      onEmpty: Cause.empty as Cause.Cause<unknown>,
      onFail: (error) => Cause.fail(error),
      onDie: (defect) =>
        Cause.die(
          defect instanceof PluginThrew ? defect : new PluginThrew(plugin, what, defect)
        ) as Cause.Cause<unknown>,
      onInterrupt: (id) => Cause.interrupt(id),
      onSequential: (left, right) => Cause.sequential(left, right),
      onParallel: (left, right) => Cause.parallel(left, right)
    })
  )

const guardMember = (member: Member, plugin: string, what: string): Member => {
  if (Effect.isEffect(member)) return Effect.mapErrorCause(member, named(plugin, what))
  if (isStream(member)) return Stream.mapErrorCause(member, named(plugin, what))
  return member
}

/**
 * The service with the plugin's name on whatever it throws. A plugin's mistake is told apart from one of gantry's, and
 * the step that met it fails as any other would: nothing is published, and what was begun is swept.
 */
export const guardService = <Shape extends object>(service: Shape, plugin: string): Shape => {
  const guarded = Object.entries(service).map(([name, member]: [string, Member]): [string, Member] => {
    if (typeof member !== "function" || Effect.isEffect(member)) return [name, guardMember(member, plugin, name)]
    const call = (...args: ReadonlyArray<unknown>): unknown => {
      try {
        return guardMember(Reflect.apply(member, service, args), plugin, name)
      } catch (cause) {
        throw cause instanceof PluginThrew ? cause : new PluginThrew(plugin, name, cause)
      }
    }
    return [name, call]
  })
  return Object.assign(Object.create(Object.getPrototypeOf(service)), Object.fromEntries(guarded))
}
