import { Cause, Data, Deferred, Effect, Exit, Fiber, Stream } from "effect"
import { describe, expect, it } from "vitest"
import { guardService } from "../../../src/plugins/guard/guard-service.ts"
import { PluginThrew } from "../../../src/plugins/PluginFailed.ts"

const broken = new Error("out of order")

class Full extends Data.TaggedError("Full")<{ readonly left: number }> {}
class Surprise extends Data.TaggedError("Surprise")<{ readonly size: number }> {}

/** A service by somebody who likes classes, and keeps some things to itself. */
class Store {
  readonly #sum = (a: number, b: number) => a + b
  readonly abilities = { hostPaths: true }
  readonly fails = Effect.fail(new Full({ left: 3 }))
  readonly list = Stream.concat(Stream.make(1), Stream.die(broken))
  dies = () => Effect.die(broken)
  throws = (): Effect.Effect<void> => {
    throw broken
  }
  slow = () => Effect.never
  adds(a: number, b: number) {
    return Effect.succeed(this.#sum(a, b))
  }
  surprises = (failure: unknown) => Effect.fail(failure)
  gives = (value: unknown) => value as Effect.Effect<void>
  reads = (value: unknown) => value as Stream.Stream<number>
  writes = <E>(
    bytes: Stream.Stream<Uint8Array, E>,
    own?: { readonly failure: unknown }
  ): Effect.Effect<void, unknown> => (own === undefined ? Stream.runDrain(bytes) : Effect.fail(own.failure))
  unpacks = <E>(file: { readonly path: string; readonly arrive: () => Effect.Effect<number, E> }) => file.arrive()
  readonly absent?: () => Effect.Effect<void>
}

const known = {
  members: {
    abilities: "value",
    fails: "effect",
    list: "stream",
    dies: "does",
    throws: "does",
    slow: "does",
    adds: "does",
    surprises: "does",
    gives: "does",
    reads: "streams",
    writes: "carries",
    unpacks: "carries",
    absent: "does?"
  },
  failures: { Full: true }
} as const

const service = guardService(new Store(), known, "mine")

const defects = async (work: Effect.Effect<unknown, unknown>) => {
  const exit = await Effect.runPromiseExit(work)
  return Exit.isFailure(exit) ? [...Cause.defects(exit.cause)].map(String) : []
}
const said = (where: string, why: string) => [String(new PluginThrew("mine", where, new Error(why)))]

describe("a service of a plugin", () => {
  it("gives what the plugin gives, and fails as it fails", async () => {
    expect(service.abilities).toEqual({ hostPaths: true })
    expect(await Effect.runPromise(service.adds(1, 2))).toBe(3)
    expect(await Effect.runPromise(Effect.flip(service.fails))).toEqual(new Full({ left: 3 }))
    expect(service.absent).toBeUndefined()
  })

  it("names the plugin and the place when it dies, throws, or dies in the middle of a stream", async () => {
    const expected = (where: string) => said(where, broken.message)
    expect(await defects(service.dies())).toEqual(expected("dies"))
    expect(await defects(Effect.suspend(() => service.throws()))).toEqual(expected("throws"))
    expect(await defects(Stream.runDrain(service.list))).toEqual(expected("list"))
  })

  it.each([
    ["a text", "no disk", "no disk"],
    ["an error of no contract", broken, broken.message],
    ["an error of its own", new Surprise({ size: 1 }), "Surprise"],
    ["what only looks like a failure", { _tag: "Full" }, '{"_tag":"Full"}'],
    ["nothing", undefined, "undefined"]
  ])("names them when it fails with %s", async (_what, failure, words) => {
    expect(await defects(service.surprises(failure))).toEqual(said("surprises", words))
    expect(await defects(service.writes(Stream.empty, { failure }))).toEqual(said("writes", words))
  })

  it.each([
    ["a promise", Promise.resolve(1)],
    ["nothing", undefined],
    ["a number", 5],
    ["an array", []],
    ["a Stream", Stream.empty]
  ])("names them when it gives %s and owes an effect", async (words, value) => {
    const due = `it gave ${words}, where its contract has an Effect`
    expect(await defects(Effect.suspend(() => service.gives(value)))).toEqual(said("gives", due))
  })

  it("names them when it gives an object and owes a stream", async () => {
    const due = "it gave an object, where its contract has a Stream"
    expect(await defects(Stream.runDrain(Stream.suspend(() => service.reads({}))))).toEqual(said("reads", due))
  })

  it("passes on whatever its caller's own bytes fail with", async () => {
    expect(await Effect.runPromise(Effect.flip(service.writes(Stream.fail("the line went dead"))))).toBe(
      "the line went dead"
    )
    const file = { path: "/file", arrive: () => Effect.fail("the line went dead") }
    expect(await Effect.runPromise(Effect.flip(service.unpacks(file)))).toBe("the line went dead")
  })

  it("can be interrupted", async () => {
    const begun = await Effect.runPromise(Deferred.make<void>())
    const fiber = Effect.runFork(Effect.zipRight(Deferred.succeed(begun, undefined), service.slow()))
    await Effect.runPromise(Deferred.await(begun))
    const exit = await Effect.runPromise(Fiber.interrupt(fiber))
    expect(Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause)).toBe(true)
  })
})
