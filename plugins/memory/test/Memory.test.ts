import { BlobStore } from "@gantry/core/store/BlobStore"
import { BuildCache } from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { Network } from "@gantry/core/network/Network"
import { Registry } from "@gantry/core/registry/Registry"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as Memory from "../src/Memory.ts"
import { Recorded } from "../src/MemoryRuntime.ts"
import { specOf } from "./runtime-bench.ts"

const id = "0".repeat(64)

describe("an engine's world in memory", () => {
  it.effect("serves every contract", () =>
    Effect.gen(function* () {
      const services = yield* Effect.all([BlobStore, BuildCache, LayerStore, Network, Registry, Runtime])
      expect(services).toHaveLength(6)
    }).pipe(Effect.provide(Memory.layer()))
  )

  it.effect("makes a layer of what a command has written, the same each time", () =>
    Effect.gen(function* () {
      const layers = yield* LayerStore
      const runtime = yield* Runtime
      const build = Effect.gen(function* () {
        const tree = yield* layers.prepare({ parents: [], keep: false })
        const argv = ["sh", "-c", "mkdir /srv && echo hello > /srv/file"]
        const exit = yield* runtime.perform(specOf(id, tree.root, argv), () => undefined)
        expect(exit.code).toBe(0)
        return Option.getOrThrow(yield* layers.commit(tree)).diffId
      })
      const diffId = yield* build
      expect(yield* build).toBe(diffId)
      expect((yield* layers.walk([diffId], "")).map(({ path }) => path)).toEqual(["srv", "srv/file"])
    }).pipe(Effect.provide(Memory.layer()))
  )

  it.effect("shows a command what the layers below hold", () =>
    Effect.gen(function* () {
      const layers = yield* LayerStore
      const runtime = yield* Runtime
      const below = yield* layers.prepare({ parents: [], keep: false })
      const bytes = new TextEncoder().encode("from below")
      const meta = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n }
      yield* layers.write(below, [
        { ...meta, type: "file", path: "file", size: bytes.length, content: { from: "bytes", bytes } }
      ])
      const { diffId } = Option.getOrThrow(yield* layers.commit(below))
      const tree = yield* layers.prepare({ parents: [diffId], keep: false })
      let said = ""
      yield* runtime.perform(specOf(id, tree.root, ["cat", "/file"]), (piece) => {
        said += new TextDecoder().decode(piece.bytes)
      })
      expect(said).toBe("from below")
    }).pipe(Effect.provide(Memory.layer()))
  )

  it.effect("remembers what it was asked to run, also what could not be run", () =>
    Effect.gen(function* () {
      const layers = yield* LayerStore
      const runtime = yield* Runtime
      const { root } = yield* layers.prepare({ parents: [], keep: false })
      yield* runtime.perform(specOf(id, root, ["true"]), () => undefined)
      const failure = yield* Effect.flip(runtime.perform(specOf(id, root, ["nowhere"]), () => undefined))
      expect(failure._tag).toBe("CommandNotFound")
      const { asked } = yield* Recorded
      expect((yield* asked).map((spec) => spec.process.argv)).toEqual([["true"], ["nowhere"]])
    }).pipe(Effect.provide(Memory.layer()))
  )

  it.effect("runs whatever commands a test brings", () =>
    Effect.gen(function* () {
      const layers = yield* LayerStore
      const runtime = yield* Runtime
      const { root } = yield* layers.prepare({ parents: [], keep: false })
      const exit = yield* runtime.perform(specOf(id, root, ["compile", "everything"]), () => undefined)
      expect(exit.code).toBe(2)
    }).pipe(
      Effect.provide(
        Memory.layer({
          commands: ({ argv }) => ({ output: [], changes: [], code: argv.length, ends: "at once" })
        })
      )
    )
  )

  it.effect("refuses a root that it did not make", () =>
    Effect.gen(function* () {
      const runtime = yield* Runtime
      const root = { type: "directory", path: "/" } as const
      const failure = yield* Effect.flip(runtime.perform(specOf(id, root, ["true"]), () => undefined))
      expect(failure._tag).toBe("IsolationRefused")
    }).pipe(Effect.provide(Memory.layer()))
  )
})
