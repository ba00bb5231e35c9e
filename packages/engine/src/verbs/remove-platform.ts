import { ofBytes } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { format, type Platform } from "@gantry/core/image/Platform"
import type { Runtime } from "@gantry/core/runtime/Runtime"
import { BlobStore } from "@gantry/core/store/BlobStore"
import type { BuildCache } from "@gantry/core/store/BuildCache"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import type { BlobCorrupt, StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type { Containers } from "../containers/Containers.ts"
import { ImageBroken, type ImageInUse, LastPlatform, WrongPlatform } from "../EngineError.ts"
import { suits } from "../images/choose-platform.ts"
import { keepDocuments } from "../images/commit-image.ts"
import { Images } from "../images/Images.ts"
import { readOwnIndex } from "../images/index-entries.ts"
import type { ImageRecord } from "../images/ImageRecord.ts"
import { neededNow } from "../prune/carry-out.ts"
import { imageBlobs } from "../prune/take-snapshot.ts"
import { checkUsers, namedBy, type Removal, removeAll } from "./remove-image.ts"

/**
 * Takes platforms from what a name leads to; the name then leads to the others, through a new index while there are
 * several. An image that has other names stays with them.
 *
 * Fails with `LastPlatform` when nothing would be left, with `WrongPlatform` for a platform that is not there, and with
 * `ImageInUse` as `removeImage` does; nothing is changed then.
 */
export const removePlatforms = (
  text: string,
  image: ImageRecord,
  { force, platforms }: { readonly force: boolean; readonly platforms: ReadonlyArray<Platform> }
): Effect.Effect<
  ReadonlyArray<Removal>,
  BlobCorrupt | ImageBroken | ImageInUse | LastPlatform | StorageFailure | WrongPlatform,
  BlobStore | BuildCache | Containers | Images | LayerStore | Runtime
> =>
  Effect.gen(function* () {
    const images = yield* Images
    const name = namedBy(text, image)
    const records = name?.tag === undefined ? [image] : yield* images.named(name)
    const all = yield* Effect.forEach(records, (record) =>
      Effect.map(images.config(record), (config) => ({ record, platform: config }))
    )
    const gone = new Map<ImageRecord, Platform>()
    for (const wanted of platforms) {
      const found = all.filter(({ platform }) => isThat(platform, wanted))
      if (found.length === 0) {
        return yield* new WrongPlatform({
          reference: text,
          wanted: format(wanted),
          found: all.map(({ platform }) => format(platform)).join(", ")
        })
      }
      for (const { platform, record } of found) gone.set(record, platform)
    }
    const rest = records.filter((record) => !gone.has(record))
    if (name === undefined || rest.length === 0) {
      return yield* new LastPlatform({ reference: text, platforms: all.map(({ platform }) => format(platform)) })
    }
    const nameless = [...gone.keys()].filter(({ names }) => names.length === 1)
    for (const each of nameless) yield* checkUsers(text, each, force)
    const blobs = yield* imageBlobs(image)
    yield* moveName(name, rest)
    const removals = yield* removeAll(nameless)
    const { blob: needed } = yield* neededNow
    const store = yield* BlobStore
    for (const each of blobs) if (!needed.has(each)) yield* store.remove(each)
    const kept = [...gone].filter(([each]) => !nameless.includes(each))
    return [
      ...kept.map(([, platform]) => ({ untagged: `${ImageRef.familiar(name)} (${format(platform)})` })),
      ...removals
    ]
  })

/** Whether an image is the one that is meant: not one that would run there as well. */
const isThat = (offered: Platform, wanted: Platform): boolean => (suits(offered, wanted) ?? 0) >= 9_999

/** Lets a name lead to images, through an index when they are several: the old one without those that are gone. */
const moveName = (
  name: ImageRef.ImageRef,
  rest: ReadonlyArray<ImageRecord>
): Effect.Effect<void, BlobCorrupt | ImageBroken | StorageFailure, BlobStore | Images> =>
  Effect.gen(function* () {
    const images = yield* Images
    const [first] = rest
    const via = yield* images.indexOf(name)
    if (first === undefined) return
    if (rest.length === 1 || via === undefined) return yield* images.tag(name, first.id)
    const { document, entries } = yield* readOwnIndex(via).pipe(
      Effect.catchTag("BlobMissing", "BlobCorrupt", ({ message }) =>
        Effect.fail(new ImageBroken({ reference: via, why: message }))
      )
    )
    const kept = new Set(rest.map(({ id }) => id))
    const manifests = entries.filter(({ id }) => kept.has(id)).map(({ entry }) => entry)
    const bytes = new TextEncoder().encode(JSON.stringify({ ...document, manifests }))
    yield* keepDocuments([bytes])
    yield* images.putIndex({ digest: ofBytes(bytes), size: bytes.length, images: rest }, [name])
  })
