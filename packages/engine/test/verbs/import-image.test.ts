import { execFileSync } from "node:child_process"
import { gzipSync } from "node:zlib"
import { LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import { tarPieces } from "@gantry/core/tree/tar-write"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { Images, parseName } from "../../src/images/Images.ts"
import { carryOut, planPrune, type PruneServices } from "../../src/prune/carry-out.ts"
import { importImage, type ImportRequest } from "../../src/verbs/import-image.ts"
import { hasProgram } from "../has-program.ts"
import { file, world } from "../world.ts"

const plain = Buffer.concat([...tarPieces([file("a"), file("b")])])

/** The archive as a program packs it. */
const packed = (program: string): Uint8Array => execFileSync(program, ["-c"], { input: plain, stdio: "pipe" })

const cut = async function* (bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += 5) yield bytes.subarray(at, at + 5)
}

const request = (bytes: Uint8Array, more: Partial<ImportRequest> = {}): ImportRequest => ({
  archive: cut(bytes),
  called: "root.tar",
  comment: "Imported from root.tar",
  changes: [],
  names: [],
  ...more
})

const paths = (stack: Stack) =>
  Effect.map(
    Effect.flatMap(LayerStore, (layers) => layers.walk(stack, "")),
    (entries) => entries.map(({ path }) => path)
  )

describe("importImage", () => {
  for (const [form, pack] of [
    ["plain", () => plain],
    ["gzip", () => gzipSync(plain)],
    ...["bzip2", "xz", "zstd"].map((program) => [program, () => packed(program)] as const)
  ] as const) {
    it.effect.skipIf(form !== "plain" && !hasProgram(form))(`makes an image of one layer from a ${form} archive`, () =>
      Effect.gen(function* () {
        const bytes = pack()
        const name = yield* parseName("root:1")
        const { id, stack } = yield* importImage(request(bytes, { names: [name] }))
        const images = yield* Images
        const record = yield* images.find("root:1")
        expect(record.id).toBe(id)
        expect(yield* paths(stack)).toEqual(["a", "b"])
        const config = yield* images.config(record)
        expect(config.rootfs.diff_ids).toEqual(stack)
        expect(config.history).toEqual([{ created: config.created, comment: "Imported from root.tar" }])
      }).pipe(Effect.provide(world))
    )
  }

  it.effect("gives it the settings and the platform that were asked for", () =>
    Effect.gen(function* () {
      const platform = { os: "linux", architecture: "arm64", variant: "v9" }
      const { id } = yield* importImage(request(plain, { changes: ['CMD ["a"]', "ENV A=1"], platform }))
      const config = yield* (yield* Images).config({ id })
      expect(config).toMatchObject({ ...platform, config: { Cmd: ["a"], Env: ["A=1"] } })
    }).pipe(Effect.provide(world))
  )

  it.effect("writes no variant that is meant anyway", () =>
    Effect.gen(function* () {
      const platform = { os: "linux", architecture: "arm64", variant: "v8" }
      const { id } = yield* importImage(request(plain, { platform }))
      expect((yield* (yield* Images).config({ id })).variant).toBeUndefined()
    }).pipe(Effect.provide(world))
  )

  it.effect("does not read the archive when an instruction is wrong", () =>
    Effect.gen(function* () {
      let read = false
      const archive = (async function* () {
        read = true
        yield plain
      })()
      const outcome = yield* Effect.either(importImage(request(plain, { archive, changes: ["RUN a"] })))
      expect(Either.getLeft(outcome)).toMatchObject({ value: { _tag: "BadOption" } })
      expect(read).toBe(false)
    }).pipe(Effect.provide(world))
  )

  it.effect("makes an image that has its layer, also when somebody prunes meanwhile", () =>
    Effect.gen(function* () {
      const services = yield* Effect.context<PruneServices>()
      const prune = Effect.flatMap(planPrune({ images: "unused", unfinished: "all" }), (plan) => carryOut(plan))
      const { stack } = yield* importImage(request(plain)).pipe(
        Effect.updateService(LayerStore, (layers) => ({
          ...layers,
          flush: Effect.zipRight(layers.flush, Effect.ignore(Effect.provide(prune, services)))
        }))
      )
      expect(yield* paths(stack)).toEqual(["a", "b"])
    }).pipe(Effect.provide(world))
  )

  for (const [what, whole, why, needs] of [
    ["an empty archive", () => new Uint8Array(), "it is empty", undefined],
    ["half of a gzip archive", () => gzipSync(plain), "unexpected end of file", undefined],
    ["half of an xz archive", () => packed("xz"), "Unexpected end of input", "xz"]
  ] as const) {
    it.effect.skipIf(needs !== undefined && !hasProgram(needs))(
      `refuses ${what} by the name it was given, and makes nothing`,
      () =>
        Effect.gen(function* () {
          const outcome = yield* Effect.either(importImage(request(whole().subarray(0, 60))))
          expect(Either.getLeft(outcome)).toMatchObject({
            value: { _tag: "LayerMalformed", layer: "root.tar", why: expect.stringContaining(why) as string }
          })
          expect(yield* (yield* Images).list).toEqual([])
          expect(yield* (yield* LayerStore).list).toEqual([])
        }).pipe(Effect.provide(world))
    )
  }
})
