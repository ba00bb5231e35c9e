import * as ImageRef from "@gantry/core/image/ImageRef"
import { usesImage } from "@gantry/engine/containers/image-mounts"
import { Containers } from "@gantry/engine/containers/Containers"
import { Images } from "@gantry/engine/images/Images"
import type { ImageRecord } from "@gantry/engine/images/ImageRecord"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { images as table } from "../argv/tables/listing.ts"
import { imageColumns, imageDigestColumns, type ImageFacts, imageHeaders, imageRow } from "../show/image-row.ts"
import { define } from "./define.ts"
import { type ImageFilters, readImageFilters } from "./image-filters.ts"
import { printListing } from "./listing.ts"
import { badValue } from "./Usage.ts"

/** `gantry images`: one row a name; images that nothing names only with `--all` or by `dangling=true`. */
export default define(table, ({ operands: [wanted], options }, { terminal }) =>
  Effect.gen(function* () {
    const images = yield* Images
    const { all, digests, filter, format, noTrunc, quiet, tree, unique } = options
    const filters = yield* readImageFilters(wanted, filter, terminal.now())
    const list = yield* images.list
    if (tree) {
      const against = { "--digests": digests, "--format": format !== undefined, "-q": quiet, "--unique": unique }
      const clash = Object.entries(against).find(([, given]) => given)?.[0]
      if (clash !== undefined) return yield* badValue(`${clash} cannot be used with --tree`)
      const { showTree } = yield* Effect.promise(() => import("./image-tree.ts"))
      const meant = list.filter((image) => rowsOf(image, filters, all).length > 0)
      return yield* showTree(meant, { truncate: !noTrunc }, terminal)
    }
    const containers = yield* (yield* Containers).list
    const facts = list.flatMap((image) => {
      const rows = rowsOf(image, filters, all)
      const shown = unique ? rows.slice(0, 1) : rows
      return shown.map((row): ImageFacts => ({
        id: image.id,
        ...(image.createdAt === 0 ? {} : { createdAt: image.createdAt }),
        size: image.size,
        lastUsed: image.lastUsed,
        containers: containers.filter((each) => usesImage(each, image.id)).length,
        ...row
      }))
    })
    const now = terminal.now()
    const rows = facts.map((each) => imageRow(each, { now, truncate: !noTrunc }))
    return yield* printListing(
      format,
      {
        noTrunc: options.noTrunc,
        rows,
        headers: imageHeaders,
        columns: digests ? imageDigestColumns : imageColumns,
        ...(quiet ? { only: "ID" } : {})
      },
      terminal
    )
  })
)

/** What an image is called in one row. */
type Called = Pick<ImageFacts, "repository" | "tag" | "digest">

/**
 * Its rows: one a tag, and one a digest of a repository of which it has no tag. A name that leads to several platforms
 * has one row, unless all are asked for.
 */
const rowsOf = (image: ImageRecord, filters: ImageFilters, all: boolean): ReadonlyArray<Called> => {
  if (!filters.image(image)) return []
  const { dangling } = filters
  const digests = read(image.digests)
  const names = read(all ? image.names : image.names.filter((name) => !image.lesserNames.includes(name)))
  const tagged = new Set(read(image.names).map(ImageRef.familiarName))
  const calls = [...names, ...digests.filter((ref) => !tagged.has(ImageRef.familiarName(ref)))]
  if (image.names.length === 0 && digests.length === 0) {
    const hidden = filters.named || dangling === false || !(all || dangling === true)
    return hidden ? [] : [{ digest: image.manifest }]
  }
  if (dangling === true && image.names.length > 0) return []
  return calls.flatMap((ref) => {
    const repository = ImageRef.familiarName(ref)
    const known = digests.find((each) => ImageRef.familiarName(each) === repository)?.digest
    const digest = ref.digest ?? known ?? image.manifest
    const call = { repository, digest, ...(ref.tag === undefined ? {} : { tag: ref.tag }) }
    return filters.name(repository, call) ? [call] : []
  })
}

const read = (texts: ReadonlyArray<string>): ReadonlyArray<ImageRef.ImageRef> =>
  texts.map(ImageRef.parse).flatMap((ref) => (Either.isRight(ref) ? [ref.right] : []))
