import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { layerLaws } from "@gantry/laws/layer-laws"
import { register } from "@gantry/laws/register"
import * as MemoryLayers from "@gantry/plugin-memory/MemoryLayers"
import { Effect, Layer, Option } from "effect"
import * as vitest from "vitest"
import plugin from "./archived-layers.ts"

const { describe, expect, it } = vitest
const scratch = mkdtempSync(join(tmpdir(), "archived-layers-"))
vitest.afterAll(() => rmSync(scratch, { recursive: true }))

/** A store of its own that shares the folder with every other one made with the same name. */
const store = (name: string) =>
  Layer.provide(plugin.layer({ folder: join(scratch, name) }), Layer.fresh(MemoryLayers.layer))

register(vitest, { name: "archived-layers keeps the layer laws", laws: layerLaws, layer: store("laws") })

/** Makes a layer of one file. */
const made = Effect.gen(function* () {
  const layers = yield* LayerStore
  const tree = yield* layers.prepare({ parents: [], keep: false })
  const bytes = new TextEncoder().encode("hello")
  const owned = { uid: 0, gid: 0, mtimeNs: 0n, mode: 0o644 }
  yield* layers.write(tree, [{ ...owned, type: "file", path: "greeting", size: 5, content: { from: "bytes", bytes } }])
  return Option.getOrThrow(yield* layers.commit(tree)).diffId
})

const run = <A, E>(name: string, work: Effect.Effect<A, E, LayerStore>) =>
  Effect.runPromise(Effect.provide(work, store(name)))

describe("layers in a folder", () => {
  it("are found by another engine, which unpacks what it needs", async () => {
    const diffId = await run("shared", made)
    expect(readdirSync(join(scratch, "shared"))).toEqual([`${diffId.replace("sha256:", "")}.tar`])
    const look = Effect.flatMap(LayerStore, ({ lookup }) => lookup([diffId], "greeting", true))
    expect(Option.isSome(await run("shared", look))).toBe(true)
  })

  it("are refused when somebody has changed them", async () => {
    const diffId = await run("changed", made)
    writeFileSync(join(scratch, "changed", `${diffId.replace("sha256:", "")}.tar`), "something else")
    const failed = await run("changed", Effect.flip(Effect.flatMap(LayerStore, ({ get }) => get(diffId))))
    expect(failed).toMatchObject({ _tag: "StorageFailure", operation: "read" })
  })
})
