import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import type { StepReport } from "@gantry/build/solve/BuildResult"

import { Settings } from "@gantry/core/Settings"
import * as Database from "@gantry/core/state/Database"
import { LayerStore } from "@gantry/core/store/LayerStore"
import * as Memory from "@gantry/plugin-memory/Memory"
import { Effect, Layer, Option } from "effect"
import { guardOf } from "../../src/secrets/guard.ts"
import { searchedLayers } from "../../src/secrets/SearchedLayers.ts"
import { watchLayers } from "../../src/secrets/watch-layers.ts"
import { secrets } from "./secrets.ts"

const place = { line: 1, column: 1, offset: 0 }
const step = {
  stage: 0,
  stageName: "0",
  number: 2,
  total: 2,
  text: "COPY token /",
  range: { start: place, end: place }
}

/** Layers with one file each, whose store tells which of them were read. */
const made = (...texts: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const store = yield* LayerStore
    const layers = yield* Effect.forEach(texts, (text) =>
      Effect.gen(function* () {
        const bytes = Buffer.from(text)
        const tree = yield* store.prepare({ parents: [], keep: false })
        const meta = { path: "f", mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n }
        yield* store.write(tree, [{ ...meta, type: "file", size: bytes.length, content: { from: "bytes", bytes } }])
        return Option.getOrThrow(yield* store.commit(tree)).diffId
      })
    )
    const read: Array<number> = []
    const told: typeof store = {
      ...store,
      contents: (diffId) => {
        read.push(layers.indexOf(diffId))
        return store.contents(diffId)
      }
    }
    /** Which layers were read, and what was wrong. */
    const watch = (values: Readonly<Record<string, string>>, how: StepReport["how"] = "cached") =>
      Effect.gen(function* () {
        read.length = 0
        const all = secrets(values)
        const guard = guardOf(all) ?? (yield* Effect.dieMessage("there is nothing to look for"))
        const steps = layers.map((layer) => ({ step, how, tookMs: 0, layer }))
        const looked = watchLayers(steps, { guard, allow: false }, yield* searchedLayers(all))
        const outcome = yield* Effect.either(Effect.provideService(looked, LayerStore, told))
        return { read: [...read], why: outcome._tag === "Left" ? outcome.left.message : "" }
      }).pipe(Effect.scoped)
    return watch
  })

const settings = Layer.scoped(
  Settings,
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "gantry-searched-"))),
      (root) => Effect.sync(() => rmSync(root, { recursive: true }))
    ),
    (root) => ({ root, run: join(root, "run"), jobs: 1, instance: "", self: [] })
  )
)
const world = Layer.mergeAll(Memory.layer(), Database.layer(":memory:"), settings)

describe("layers of earlier builds", () => {
  it.live("are read once for the same secrets, whatever these are called, and once more for others", () =>
    Effect.gen(function* () {
      const watch = yield* made("one", "two")
      expect(yield* watch({ a: "first value", b: "second value" })).toEqual({ read: [0, 1], why: "" })
      expect(yield* watch({ c: "second value\n", d: "first value" })).toEqual({ read: [], why: "" })
      expect(yield* watch({ a: "first value" })).toEqual({ read: [0, 1], why: "" })
      expect(yield* watch({ a: "first valu" })).toEqual({ read: [0, 1], why: "" })
    }).pipe(Effect.provide(world))
  )

  it.live("stop every build that gives what is in one of them", () =>
    Effect.gen(function* () {
      const watch = yield* made("one", "the token", "three")
      for (const time of [1, 2]) {
        expect([time, yield* watch({ a: "token" })]).toEqual([
          time,
          { read: [0, 1], why: expect.stringMatching(/^COPY token \/: secret a is in \/f: .*--allow-secret-leak/) }
        ])
      }
    }).pipe(Effect.provide(world))
  )

  it.live("are not read when this build has made them: they were searched then, and stay so", () =>
    Effect.gen(function* () {
      const watch = yield* made("one")
      expect(yield* watch({ a: "a value" }, "ran")).toEqual({ read: [], why: "" })
      expect(yield* watch({ a: "a value" })).toEqual({ read: [], why: "" })
    }).pipe(Effect.provide(world))
  )

  it.live("are remembered by nothing that the store alone could be asked with", () =>
    Effect.gen(function* () {
      const watch = yield* made("one")
      yield* watch({ a: "a value" })
      const db = yield* Database.Database
      const rows = yield* db.read("test", (tx) => tx.all("SELECT mark FROM secret_searches"))
      expect(rows).toHaveLength(1)
      const { run } = yield* Settings
      const [key = "", ...others] = readdirSync(run)
      expect([key, others, statSync(join(run, key)).mode & 0o777]).toEqual(["secret-searches.key", [], 0o600])
      rmSync(run, { recursive: true })
      expect(yield* watch({ a: "a value" })).toEqual({ read: [0], why: "" })
      expect(yield* watch({ a: "a value" })).toEqual({ read: [], why: "" })
    }).pipe(Effect.provide(world))
  )

  it.live("are read again when there is no memory, and that fails no build", () =>
    Effect.gen(function* () {
      const watch = yield* made("one")
      const { run } = yield* Settings
      mkdirSync(join(run, "secret-searches.key"), { recursive: true })
      for (const time of [1, 2]) expect([time, yield* watch({ a: "a value" })]).toEqual([time, { read: [0], why: "" }])
    }).pipe(Effect.provide(world))
  )
})
