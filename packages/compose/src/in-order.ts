import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { type Needs, needsByService } from "./service-order.ts"

/** Who waits for whom, the other way round. */
const turned = (waits: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyMap<string, ReadonlyArray<string>> => {
  const users = new Map([...waits.keys()].map((name): [string, Array<string>] => [name, []]))
  for (const [name, needs] of waits) for (const need of needs) users.get(need)!.push(name)
  return users
}

/** Does something for all services, for each as soon as it is done for those that it waits for. */
const inOrder = <E, R>(
  waits: ReadonlyMap<string, ReadonlyArray<string>>,
  body: (name: string) => Effect.Effect<unknown, E, R>
): Effect.Effect<void, E, R> =>
  Effect.gen(function* () {
    const done = new Map<string, Deferred.Deferred<void>>()
    for (const name of waits.keys()) done.set(name, yield* Deferred.make<void>())
    yield* Effect.forEach(
      waits,
      ([name, others]) =>
        Effect.forEach(others, (other) => Deferred.await(done.get(other)!), { discard: true }).pipe(
          Effect.zipRight(body(name)),
          Effect.zipRight(Deferred.succeed(done.get(name)!, undefined))
        ),
      { concurrency: "unbounded", discard: true }
    )
  })

const onlyFor = <E, R>(names: Iterable<string>, body: (name: string) => Effect.Effect<unknown, E, R>) => {
  const wanted = new Set(names)
  return (name: string): Effect.Effect<unknown, E, R> => (wanted.has(name) ? body(name) : Effect.void)
}

/**
 * Does something for the wanted services at the same time, for each as soon as it is done for all that it needs, be it
 * directly or through services that are not wanted. The first failure ends what still runs, and is the failure of all.
 */
export const afterNeeds = <E, R>(
  services: Needs,
  wanted: Iterable<string>,
  body: (name: string) => Effect.Effect<unknown, E, R>
): Effect.Effect<void, E, R> => inOrder(needsByService(services), onlyFor(wanted, body))

/** The same the other way round: for each service as soon as it is done for all that need it. */
export const beforeNeeds = <E, R>(
  services: Needs,
  wanted: Iterable<string>,
  body: (name: string) => Effect.Effect<unknown, E, R>
): Effect.Effect<void, E, R> => inOrder(turned(needsByService(services)), onlyFor(wanted, body))
