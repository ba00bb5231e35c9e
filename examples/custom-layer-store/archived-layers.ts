import { createReadStream, existsSync } from "node:fs"
import { mkdir, open, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { type Digest, hexOf } from "@gantry/core/image/Digest"
import type { Plugin } from "@gantry/core/Plugin"
import { type LayerInfo, LayerStore, type LayerStoreShape } from "@gantry/core/store/LayerStore"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

/** What a user must say. */
const Options = Schema.Struct({
  folder: Schema.NonEmptyString.annotations({ description: "Where the archives are: another disk, a share" })
})

type Operation = StorageFailure["operation"]

/** A call of the file system that the contract's own failures stand for. */
const attempt = <A>(operation: Operation, subject: string, call: () => Promise<A>) =>
  Effect.tryPromise({ try: call, catch: storageFailure(operation, subject) })

/**
 * Keeps the archive of every layer in a folder, and unpacks it from there when a layer is asked for that is not here.
 * What it stands on, gantry's own store, holds the trees that containers see.
 */
const make = (local: LayerStoreShape, folder: string): LayerStoreShape => {
  const place = (diffId: Digest) => join(folder, `${hexOf(diffId)}.tar`)

  /** Leaves an archive in the folder, in one step, unless it is there. */
  const archive = (diffId: Digest) => {
    const [whole, draft] = [place(diffId), `${place(diffId)}.${crypto.randomUUID()}`] as const
    const file = Effect.acquireRelease(
      attempt("stage", draft, () => open(draft, "wx")),
      (handle) => Effect.promise(() => handle.close().then(() => rm(draft, { force: true })))
    )
    const write = Effect.gen(function* () {
      const handle = yield* file
      const pack = Stream.catchTag(local.pack(diffId), "LayerMissing", (gone) => storageFailure("read", diffId)(gone))
      yield* Stream.runForEach(pack, (piece) => attempt("stage", draft, () => handle.writeFile(piece)))
      yield* attempt("publish", whole, () => handle.sync().then(() => rename(draft, whole)))
    })
    return Effect.suspend(() => (existsSync(whole) ? Effect.void : Effect.scoped(write)))
  }

  /** The layer, from the folder if need be. The store below looks whether the bytes are the right ones. */
  const get: LayerStoreShape["get"] = (diffId) =>
    Effect.gen(function* () {
      const known = yield* local.get(diffId)
      if (Option.isSome(known) || !existsSync(place(diffId))) return known
      const failed = storageFailure("read", place(diffId))
      const bytes = Stream.fromAsyncIterable<Uint8Array, StorageFailure>(createReadStream(place(diffId)), failed)
      return Option.some(yield* Effect.mapError(local.unpack(diffId, bytes), failed))
    })
  const fetched = (layers: ReadonlyArray<Digest>) => Effect.forEach(layers, get, { discard: true })

  /** Keeps the archive of a layer that was just made. */
  const archived = (layer: LayerInfo) => Effect.as(archive(layer.diffId), layer)

  const { unpackFile } = local

  return {
    ...local,
    get,
    prepare: (request) => Effect.zipRight(fetched(request.parents), local.prepare(request)),
    lookup: (stack, path, follow) => Effect.zipRight(fetched(stack), local.lookup(stack, path, follow)),
    walk: (stack, directory) => Effect.zipRight(fetched(stack), local.walk(stack, directory)),
    contents: (diffId) => Effect.zipRight(fetched([diffId]), local.contents(diffId)),
    pack: (diffId) => Stream.unwrap(Effect.as(fetched([diffId]), local.pack(diffId))),
    unpack: (diffId, bytes) => Effect.flatMap(local.unpack(diffId, bytes), archived),
    ...(unpackFile && { unpackFile: (diffId, file) => Effect.flatMap(unpackFile(diffId, file), archived) }),
    commit: (tree, options) => Effect.flatMap(local.commit(tree, options), Effect.transposeMapOption(archived)),
    // A layer that its engine wants no more goes from the folder as well.
    remove: (diffId) =>
      Effect.zipRight(
        local.remove(diffId),
        attempt("remove", place(diffId), () => rm(place(diffId), { force: true }))
      )
  }
}

const layer = ({ folder }: typeof Options.Type) =>
  Layer.effect(
    LayerStore,
    Effect.gen(function* () {
      yield* attempt("prepare", folder, () => mkdir(folder, { recursive: true }))
      return make(yield* LayerStore, folder)
    })
  )

export default {
  name: "archived-layers",
  contract: "layer-store",
  laws: "0.1.0",
  options: Options,
  layer
} satisfies Plugin<typeof Options.Type, LayerStore, StorageFailure, LayerStore>
