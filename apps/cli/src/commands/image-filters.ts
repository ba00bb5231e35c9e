import { compileGlob, type Glob, hasGlob } from "@gantry/build/context/glob"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { Images } from "@gantry/engine/images/Images"
import type { ImageRecord } from "@gantry/engine/images/ImageRecord"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { parseFilters } from "../argv/values/filters.ts"
import { hasLabel } from "../argv/values/label.ts"
import { truthOf } from "../argv/values/truth.ts"
import { parseMoment } from "../argv/values/moment.ts"
import { Usage } from "./Usage.ts"

/** What `images` is asked to show. */
export interface ImageFilters {
  /** Whether the image is meant, whatever it is called. */
  readonly image: (image: ImageRecord) => boolean
  /** Whether a name of it is meant: the repository as people write it, and the tag or the digest. */
  readonly name: (repository: string, end: { readonly tag?: string; readonly digest?: string }) => boolean
  /** Only images with such names: those without any are not meant. */
  readonly named: boolean
  /** Only those without a tag, or only those that are called something. */
  readonly dangling?: boolean
}

const keys = ["dangling", "label", "reference", "before", "since", "until"] as const

const wrong = (message: string) =>
  new Usage({ message, hint: "see gantry images --help", status: 1, speaker: "daemon" })

/**
 * Reads the operand and the filters of `images`. `before` and `since` name images; of labels all must match, of references
 * one. `now`: milliseconds since 1970.
 */
export const readImageFilters = (wanted: string | undefined, texts: ReadonlyArray<string>, now: number) =>
  Effect.gen(function* () {
    const filters = parseFilters(texts, keys)
    if (!filters.ok) return yield* wrong(filters.problem)
    const valuesOf = (key: (typeof keys)[number]) => filters.value.get(key) ?? []
    const written = valuesOf("dangling").at(-1)
    const dangling = written === undefined ? undefined : truthOf(written)
    if (written !== undefined && dangling === undefined) return yield* wrong(`invalid filter 'dangling=${written}'`)
    let before = Infinity
    let since = -Infinity
    for (const text of valuesOf("until")) {
      const until = parseMoment(text, now)
      if (!until.ok) return yield* wrong(until.problem)
      before = Math.min(before, until.value)
    }
    const images = yield* Images
    for (const text of valuesOf("before")) before = Math.min(before, (yield* images.find(text)).createdAt)
    for (const text of valuesOf("since")) since = Math.max(since, (yield* images.find(text)).createdAt)
    const patterns = yield* Effect.forEach(valuesOf("reference"), globOf)
    const asked = wanted === undefined ? undefined : hasGlob(wanted) ? byGlob(yield* globOf(wanted)) : byName(wanted)
    const filtersOf: ImageFilters = {
      image: ({ createdAt, labels }) =>
        createdAt < before && createdAt > since && valuesOf("label").every((text) => hasLabel(labels, text)),
      name: (repository, end) =>
        (asked === undefined || asked(repository, end)) &&
        (patterns.length === 0 || patterns.some((pattern) => byGlob(pattern)(repository, end))),
      named: asked !== undefined || patterns.length > 0,
      ...(dangling === undefined ? {} : { dangling })
    }
    return filtersOf
  })

const globOf = (pattern: string): Effect.Effect<Glob, Usage> =>
  Either.match(compileGlob(pattern), { onLeft: (why) => wrong(why), onRight: (glob) => Effect.succeed(glob) })

/** A pattern is over the repository alone, or with the tag or the digest. */
const byGlob =
  (glob: Glob): ImageFilters["name"] =>
  (repository, { digest, tag }) =>
    glob(repository) ||
    (tag !== undefined && glob(`${repository}:${tag}`)) ||
    (digest !== undefined && glob(`${repository}@${digest}`))

/** Without a tag all of the repository are meant; what cannot be a name is nobody's. */
const byName = (text: string): ImageFilters["name"] => {
  const ref = Either.getOrUndefined(ImageRef.parse(text))
  if (ref === undefined) return () => false
  const isTagged = /:[^/@]*$/.test(text.replace(/@.*$/, ""))
  return (repository, { digest, tag }) =>
    repository === ImageRef.familiarName(ref) &&
    (ref.digest === undefined ? !isTagged || tag === ref.tag : digest === ref.digest)
}
