import { describe, expect, it } from "@effect/vitest"
import { LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { layerOf as layerOn, stackedOn, stackOf } from "@gantry/laws/layer-steps"
import { treeTriples, trees } from "@gantry/laws/samples/trees"
import { spelled } from "@gantry/laws/Tree"
import { Effect } from "effect"
import * as fc from "fast-check"
import { squash } from "../../src/outputs/squash.ts"
import { configOf, directory, file, layerOf, world } from "../world.ts"

/** Trees that follow each other, alike and not. */
const histories = fc.oneof(treeTriples(), fc.array(trees(), { minLength: 1, maxLength: 4 }))

const platform = { os: "linux", architecture: "amd64" }
const produced = (stack: Stack) => ({ stack, platform, config: configOf({ Cmd: ["x"] }, stack) })
const seen = (stack: Stack) =>
  Effect.map(
    Effect.flatMap(LayerStore, (layers) => layers.walk(stack, "")),
    (entries) => entries.map(spelled)
  )

describe("layers that become one", () => {
  it.effect("have the same files as before, whichever of them become one", () =>
    Effect.gen(function* () {
      const run = yield* Effect.runtime<LayerStore>()
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(histories, fc.nat(4), (history, most) =>
            Effect.gen(function* () {
              const stack = yield* stackOf(history)
              const own = Math.min(most, stack.length)
              const few = yield* squash(produced(stack), "own", own)
              const one = yield* squash(produced(stack), "all", own)
              expect(few.stack.slice(0, stack.length - own)).toEqual(stack.slice(0, stack.length - own))
              expect(few.stack).toHaveLength(stack.length - own + Math.min(1, own))
              expect(one.stack).toHaveLength(Math.min(1, stack.length))
              expect(few.config.rootfs.diff_ids).toEqual(few.stack)
              const before = yield* seen(stack)
              expect([yield* seen(few.stack), yield* seen(one.stack)]).toEqual([before, before])
            }).pipe(Effect.provide(run), Effect.runPromise)
          ),
          { numRuns: 100 }
        )
      )
    }).pipe(Effect.provide(world))
  )

  it.effect("hold nothing of what a later one takes away, and say nothing of it", () =>
    Effect.gen(function* () {
      const gone: ReadonlyArray<TreeChange> = [
        { type: "removed", path: "secret" },
        { type: "removed", path: "below" }
      ]
      const base = yield* layerOf([file("below", "b"), directory("d")])
      const made = stackedOn([base], yield* layerOn([base], [file("secret", "s"), file("kept", "k")]))
      const whole = stackedOn(made, yield* layerOn(made, gone))
      expect(whole).toHaveLength(3)
      const { stack } = yield* squash(produced(whole), "own", 2)
      const contents = yield* (yield* LayerStore).contents(stack[1] ?? base)
      expect(contents.map(({ path, type }) => `${type} ${path}`)).toEqual(["removed below", "file kept"])
    }).pipe(Effect.provide(world))
  )

  it.effect("are told of in a history that has one entry with a layer for each layer", () =>
    Effect.gen(function* () {
      const stack = [yield* layerOf([file("a")]), yield* layerOf([file("b")]), yield* layerOf([file("c")])]
      const history = [
        { created_by: "base" },
        { created_by: "ENV", empty_layer: true },
        { created_by: "COPY b" },
        { created_by: "COPY c" }
      ]
      const image = produced(stack)
      const { config } = yield* squash({ ...image, config: { ...image.config, history } }, "own", 2)
      expect(config.history).toEqual([
        { created_by: "base" },
        { created_by: "ENV", empty_layer: true },
        { created_by: "COPY b", empty_layer: true },
        { created_by: "COPY c", empty_layer: true },
        { created_by: "squash", comment: "2 layers became one" }
      ])
    }).pipe(Effect.provide(world))
  )

  it.effect("stay what they are when there is only one of them", () =>
    Effect.gen(function* () {
      const image = produced([yield* layerOf([file("a")]), yield* layerOf([file("b")])])
      expect(yield* squash(image, "own", 1)).toBe(image)
      expect(yield* squash(image, "own", 0)).toBe(image)
    }).pipe(Effect.provide(world))
  )
})
