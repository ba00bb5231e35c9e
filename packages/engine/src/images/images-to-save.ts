import type { Digest } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { AmbiguousId, BadImageName, NoSuchImage } from "../EngineError.ts"
import { Images } from "./Images.ts"
import type { ImageRecord } from "./ImageRecord.ts"

/** An image, and the names that go into an archive with it. */
export interface NamedImage {
  readonly image: ImageRecord
  readonly names: ReadonlyArray<ImageRef.ImageRef>
}

/**
 * The images that texts mean, as Docker's save reads them: a name without a tag means all tags of the repository, and an
 * image that is called by its ID goes without a name. Each image once, in the order of its first mention; of a name for
 * several platforms all of them.
 */
export const imagesToSave = (
  texts: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<NamedImage>, NoSuchImage | AmbiguousId | BadImageName | StorageFailure, Images> =>
  Effect.gen(function* () {
    const images = yield* Images
    const found = new Map<Digest, { readonly image: ImageRecord; readonly names: Map<string, ImageRef.ImageRef> }>()
    const add = (image: ImageRecord, name: ImageRef.ImageRef | undefined): void => {
      const known = found.get(image.id) ?? { image, names: new Map<string, ImageRef.ImageRef>() }
      found.set(image.id, known)
      if (name !== undefined) known.names.set(ImageRef.format(name), name)
    }
    for (const text of texts) {
      const ref = Either.getOrUndefined(ImageRef.parse(text))
      const tags = ref === undefined || !isUntagged(text, ref) ? [] : yield* tagsOf(ref)
      for (const { image, name } of tags) add(image, name)
      if (tags.length > 0) continue
      const image = yield* images.find(text)
      const named = ref !== undefined && ref.digest === undefined && image.names.includes(ImageRef.format(ref))
      for (const each of named ? yield* images.named(ref) : [image]) add(each, named ? ref : undefined)
    }
    return [...found.values()].map(({ image, names }) => ({ image, names: [...names.values()] }))
  })

/** Whether the tag was filled in. */
const isUntagged = (text: string, ref: ImageRef.ImageRef): boolean =>
  ref.digest === undefined && ref.tag === "latest" && !/:[^/]*$/.test(text)

const tagsOf = ({ registry, repository }: ImageRef.ImageRef) =>
  Effect.gen(function* () {
    const all = yield* (yield* Images).list
    return all
      .flatMap((image) =>
        image.names.flatMap((text) => {
          const name = Either.getOrUndefined(ImageRef.parse(text))
          return name?.registry === registry && name.repository === repository ? [{ image, name }] : []
        })
      )
      .toSorted((a, b) => ((a.name.tag ?? "") < (b.name.tag ?? "") ? -1 : 1))
  })
