import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as MediaType from "@gantry/core/image/MediaType"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import { ofBytes } from "@gantry/core/image/Digest"
import { Registry } from "@gantry/core/registry/Registry"
import { BuildCache } from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import type { CacheSource, CacheTarget } from "../../src/cache-sharing/CachePlace.ts"
import { cacheRecords } from "../../src/cache-sharing/CacheDocument.ts"
import { Images } from "../../src/images/Images.ts"
import { image, listing, world } from "../world.ts"
import { built, contextOf, ran } from "../verbs/built.ts"

const ref: ImageRef = { registry: "example.com", repository: "team/cache", tag: "main" }
const source: CacheSource = { ref, shown: "example.com/team/cache:main" }
const target = (mode: "min" | "max", ignoreError = true): CacheTarget => ({ ...source, mode, ignoreError, form: {} })

const text = `FROM scratch AS tools
RUN echo tool > /tool
FROM scratch
ENV A=1
RUN echo first > /first
COPY app /app
COPY --from=tools /tool /tool
`

/** The layer of the first stage is none of the image's: neither another command's nor a copy to the same place. */
const few = `FROM scratch AS tools
RUN echo tool > /tool
FROM scratch
COPY app /app
COPY --from=tools /tool /elsewhere
`

/** Forgets all records, images and layers, as another machine has none. */
const wipe = Effect.gen(function* () {
  const cache = yield* BuildCache
  const images = yield* Images
  const layers = yield* LayerStore
  for (const { key } of yield* cache.list) yield* cache.delete(key)
  for (const { id } of yield* images.list) yield* images.forget(id)
  for (const { diffId } of yield* layers.list) yield* layers.remove(diffId)
})

/** How many commands were run by an effect. */
const counting = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const before = (yield* ran).length
    const result = yield* effect
    return { result, ran: (yield* ran).slice(before) }
  })

describe("a shared build cache", () => {
  it.scoped("serves another store with every step, and gives the same image", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      const first = yield* built(text, { context, cacheTo: [target("max")] })
      const files = yield* listing(first.image.stack)
      yield* wipe
      const again = yield* counting(built(text, { context, cacheFrom: [source], requireCached: true }))
      expect(again.ran).toEqual([])
      expect(again.result.image.id).toBe(first.image.id)
      expect(again.result.warnings).toEqual([])
      expect(yield* listing(again.result.image.stack)).toEqual(files)
    }).pipe(Effect.provide(world))
  )

  it.scoped("becomes the store's own where it was used, and only there", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      yield* built(text, { context, cacheTo: [target("max")] })
      yield* wipe
      yield* built(text, { context, cacheFrom: [source] })
      yield* built(text, { context, requireCached: true })
      yield* wipe
      const plain = yield* counting(built(text, { context }))
      expect(plain.ran).toHaveLength(2)
    }).pipe(Effect.provide(world))
  )

  it.scoped("is missed exactly where something was changed", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      yield* built(text, { context, cacheTo: [target("max")] })
      yield* wipe
      writeFileSync(join(context, "app"), "another program")
      const { result, ran: commands } = yield* counting(built(text, { context, cacheFrom: [source] }))
      expect(commands).toEqual([])
      const started = result.events.flatMap((event) => (event.type === "started" ? [event.step.text] : []))
      expect(started).toEqual(["COPY app /app", "COPY --from=tools /tool /tool"])
      const missed = result.steps.find(({ step }) => step.text === "COPY app /app")
      expect(JSON.stringify(missed?.cause)).toContain("app")
    }).pipe(Effect.provide(world))
  )

  it.scoped(
    "holds the layers of the image only unless it is to hold all, which is enough for as long as nothing changes",
    () =>
      Effect.gen(function* () {
        const context = yield* contextOf({ app: "program" })
        const first = yield* built(few, { context, cacheTo: [target("min")] })
        yield* wipe
        const again = yield* counting(
          built(few, { context, cacheFrom: [source], cacheTo: [target("min")], requireCached: true })
        )
        expect([again.ran, again.result.warnings]).toEqual([[], []])
        expect(again.result.image.id).toBe(first.image.id)
        // The layer of the other stage is not here, and nobody wants it; what is left behind is as good as before.
        expect((yield* (yield* LayerStore).list).map(({ diffId }) => diffId).toSorted()).toEqual(
          again.result.image.stack.toSorted()
        )
        yield* wipe
        const third = yield* counting(built(few, { context, cacheFrom: [source] }))
        expect([third.ran, third.result.image.id]).toEqual([[], first.image.id])
      }).pipe(Effect.provide(world))
  )

  it.scoped("has the stages made again that a step needs which has changed", () =>
    Effect.gen(function* () {
      const stages = `FROM scratch AS deep
RUN echo deep > /deep
FROM deep AS tools
RUN echo tool > /tool
FROM scratch AS other
RUN echo other > /other
FROM scratch AS both
COPY --from=other /other /other
COPY app /app
FROM scratch
COPY --from=both /app /app
COPY --from=tools /tool /tool
`
      const context = yield* contextOf({ app: "program" })
      const whole = (yield* built(stages, { context, cacheTo: [target("min")] })).steps
      expect(whole.map(({ how }) => how).filter((how) => how === "ran")).toHaveLength(7)
      yield* wipe
      writeFileSync(join(context, "app"), "another program")
      const changed = yield* counting(built(stages, { context, cacheFrom: [source] }))
      expect(changed.result.warnings).toEqual([])
      expect(changed.result.events.filter(({ type }) => type === "failed")).toEqual([])
      // The first copy of the last stage runs again, and so does what follows it.
      expect(changed.ran.toSorted()).toEqual(["echo deep > /deep", "echo other > /other", "echo tool > /tool"])
      expect(yield* listing(changed.result.image.stack)).toEqual(
        yield* listing((yield* built(stages, { context, noCache: true })).image.stack)
      )
    }).pipe(Effect.provide(world))
  )

  it.scoped("without the layers of another stage gives no image of that stage", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      yield* built(few, { context, cacheTo: [target("min")] })
      yield* wipe
      const tools = yield* counting(built(few, { context, target: "tools", cacheFrom: [source] }))
      expect(tools.ran).toEqual(["echo tool > /tool"])
      expect(yield* listing(tools.result.image.stack)).toHaveLength(1)
    }).pipe(Effect.provide(world))
  )

  it.scoped("is planned with before any of its layers is fetched", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      yield* built(text, { context, cacheTo: [target("max")] })
      yield* wipe
      const { planBuild } = yield* Effect.promise(() => import("../../src/verbs/plan-build.ts"))
      const steps = yield* planBuild({
        context: { of: "folder", path: context },
        dockerfile: { text, shown: "Dockerfile" },
        names: [],
        buildArgs: new Map(),
        labels: {},
        platforms: [{ os: "linux", architecture: "amd64" }],
        outputs: [],
        cacheFrom: [source],
        cacheTo: [],
        noCache: false,
        network: "default",
        requireCached: false,
        onWarning: () => {},
        onEvent: () => {}
      })
      expect(steps.map(({ how }) => how).filter((how) => how !== "cached")).toEqual([])
      expect(yield* (yield* LayerStore).list).toEqual([])
      expect(yield* (yield* BuildCache).list).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.scoped("that cannot be left is a warning, or ends the build before a name moves", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      const registry = yield* Registry
      const gone = () => Effect.fail({ _tag: "RegistryUnavailable", message: "the registry is gone" } as never)
      const failing = Effect.provideService(Registry, {
        ...registry,
        tag: () => Effect.die(new Error("the registry is gone")) as never,
        push: gone,
        pushBytes: gone
      })
      const lenient = yield* failing(built(text, { context, cacheTo: [target("max")] }))
      expect(lenient.warnings.join()).toContain("the registry is gone")
      const strict = yield* Effect.exit(
        failing(built(text, { context, names: ["web"], cacheTo: [target("max", false)] }))
      )
      expect(strict._tag).toBe("Failure")
      expect(yield* Effect.isFailure((yield* Images).find("web"))).toBe(true)
    }).pipe(Effect.provide(world))
  )
})

describe("a shared build cache that is no good", () => {
  it.scoped("is a warning when there is none, or something else is there", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      const registry = yield* Registry
      const absent = yield* built(text, { context, cacheFrom: [source] })
      expect(absent.warnings).toEqual(["the cache example.com/team/cache:main is not there yet"])
      yield* image(["x"])
      const bytes = new TextEncoder().encode(
        JSON.stringify({ config: { mediaType: MediaType.ociConfig, digest: ofBytes("x"), size: 1 }, layers: [] })
      )
      yield* registry.tag(ref, { mediaType: MediaType.ociManifest, bytes })
      const foreign = yield* built(text, { context, cacheFrom: [source] })
      expect(foreign.warnings.join()).toContain("it is no build cache of gantry")
      yield* registry.tag(ref, { mediaType: MediaType.ociManifest, bytes: new TextEncoder().encode("{") })
      const broken = yield* built(text, { context, cacheFrom: [source] })
      expect(broken.warnings.join()).toContain("is not used")
    }).pipe(Effect.provide(world))
  )

  it.scoped("is a miss and a warning when a layer is damaged, gone, or another one than was promised", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      const registry = yield* Registry
      const first = yield* built(text, { context, cacheTo: [target("max")] })
      const files = yield* listing(first.image.stack)
      const { bytes } = yield* registry.resolve(ref)
      const manifest = JSON.parse(new TextDecoder().decode(bytes)) as {
        readonly config: { readonly mediaType: string }
        readonly layers: ReadonlyArray<object>
      }
      expect(manifest.config.mediaType).toBe(cacheRecords)
      const swapped = { ...manifest, layers: manifest.layers.toReversed() }
      const cut = { ...manifest, layers: manifest.layers.slice(0, 1) }
      for (const wrong of [swapped, cut]) {
        yield* wipe
        yield* registry.tag(ref, {
          mediaType: MediaType.ociManifest,
          bytes: new TextEncoder().encode(JSON.stringify(wrong))
        })
        const again = yield* built(text, { context, cacheFrom: [source] })
        expect(again.warnings.length).toBeGreaterThan(0)
        expect(yield* listing(again.image.stack)).toEqual(files)
      }
    }).pipe(Effect.provide(world))
  )

  it.scoped("is a miss and a warning when a registry sends other bytes than it promised", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      const registry = yield* Registry
      const first = yield* built(text, { context, cacheTo: [target("max")] })
      const files = yield* listing(first.image.stack)
      yield* wipe
      const lying = {
        ...registry,
        fetchFrom: () => Stream.make(new TextEncoder().encode("something else"))
      }
      const again = yield* built(text, { context, cacheFrom: [source] }).pipe(Effect.provideService(Registry, lying))
      expect(again.warnings.length).toBeGreaterThan(0)
      expect(yield* listing(again.image.stack)).toEqual(files)
    }).pipe(Effect.provide(world))
  )
})
