import { Cause, Deferred, Effect, Exit, Fiber, Stream } from "effect"
import { describe, expect, it } from "vitest"
import { guardService } from "../../src/plugins/guard-service.ts"
import { PluginThrew } from "../../src/plugins/PluginFailed.ts"

const broken = new Error("out of order")

const service = guardService(
  {
    abilities: { hostPaths: true },
    fails: Effect.fail("as the contract says"),
    dies: () => Effect.die(broken),
    throws: (): Effect.Effect<void> => {
      throw broken
    },
    list: Stream.concat(Stream.make(1), Stream.die(broken)),
    slow: () => Effect.never,
    adds: (a: number, b: number) => Effect.succeed(a + b)
  },
  "mine"
)

const defects = async (work: Effect.Effect<unknown, unknown>) => {
  const exit = await Effect.runPromiseExit(work)
  return Exit.isFailure(exit) ? [...Cause.defects(exit.cause)] : []
}

describe("a service of a plugin", () => {
  it("gives what the plugin gives, and fails as it fails", async () => {
    expect(service.abilities).toEqual({ hostPaths: true })
    expect(await Effect.runPromise(service.adds(1, 2))).toBe(3)
    expect(await Effect.runPromise(Effect.flip(service.fails))).toBe("as the contract says")
  })

  it("names the plugin and the place when it dies, throws, or dies in the middle of a stream", async () => {
    const expected = (where: string) => [new PluginThrew("mine", where, broken)]
    expect(await defects(service.dies())).toEqual(expected("dies"))
    expect(await defects(Effect.suspend(() => service.throws()))).toEqual(expected("throws"))
    expect(await defects(Stream.runDrain(service.list))).toEqual(expected("list"))
  })

  it("can be interrupted", async () => {
    const begun = await Effect.runPromise(Deferred.make<void>())
    const fiber = Effect.runFork(Effect.zipRight(Deferred.succeed(begun, undefined), service.slow()))
    await Effect.runPromise(Deferred.await(begun))
    const exit = await Effect.runPromise(Fiber.interrupt(fiber))
    expect(Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause)).toBe(true)
  })
})
