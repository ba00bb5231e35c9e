import { Images } from "@gantry/engine/images/Images"
import { Containers } from "@gantry/engine/containers/Containers"
import * as ImageRef from "@gantry/core/image/ImageRef"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { images as table } from "../argv/tables/listing.ts"
import { parseFilters } from "../argv/values/filters.ts"
import { hasLabel } from "../argv/values/label.ts"
import { imageColumns, imageDigestColumns, type ImageFacts, imageHeaders, imageRow } from "../show/image-row.ts"
import { define } from "./define.ts"
import { printListing } from "./listing.ts"
import { Usage } from "./Usage.ts"

const filterKeys = ["dangling", "label", "reference", "before", "since"] as const

/** `gantry images`: one row a name; images without a name only with `--all` or by `dangling=true`. */
export default define(table, ({ operands, options }, { terminal }) =>
  Effect.gen(function* () {
    const images = yield* Images
    const containers = yield* (yield* Containers).list
    const filters = parseFilters(options.filter, filterKeys)
    if (!filters.ok) return yield* new Usage({ message: filters.problem, hint: "see gantry images --help", status: 1 })
    const list = yield* images.list
    const [wanted] = operands
    const asked = wanted === undefined ? undefined : ImageRef.parse(wanted)
    if (asked !== undefined && Either.isLeft(asked)) {
      return yield* new Usage({ message: `invalid reference format: ${asked.left.why}`, status: 1 })
    }
    const dangling = filters.value.get("dangling")?.at(-1)
    const bounds = yield* Effect.forEach(["before", "since"] as const, (key) =>
      Effect.forEach(filters.value.get(key) ?? [], (text) =>
        Effect.map(images.find(text), (image) => ({ key, at: image.createdAt }))
      )
    )
    const facts = list
      .filter(({ createdAt }) =>
        bounds.flat().every(({ at, key }) => (key === "before" ? createdAt < at : createdAt > at))
      )
      .filter(({ labels }) => (filters.value.get("label") ?? []).every((text) => hasLabel(labels, text)))
      .flatMap((image): ReadonlyArray<ImageFacts> => {
        const common = {
          id: image.id,
          digest: image.manifest,
          ...(image.createdAt === 0 ? {} : { createdAt: image.createdAt }),
          size: image.size,
          lastUsed: image.lastUsed,
          containers: containers.filter((each) => each.image === image.id).length
        }
        if (image.names.length === 0) {
          const hidden = asked !== undefined || filters.value.has("reference") || dangling === "false"
          return hidden || !(options.all || dangling === "true") ? [] : [common]
        }
        if (dangling === "true") return []
        // A name that leads to several platforms has one row, unless all are asked for.
        const names = options.all ? image.names : image.names.filter((name) => !image.lesserNames.includes(name))
        return names.flatMap((name) => {
          const ref = ImageRef.parse(name)
          if (Either.isLeft(ref)) return []
          const repository = ImageRef.familiarName(ref.right)
          const tag = ref.right.tag ?? "<none>"
          if (asked !== undefined) {
            if (ImageRef.familiarName(asked.right) !== repository) return []
            if (wanted !== undefined && /:[^/]*$/.test(wanted) && asked.right.tag !== tag) return []
          }
          const patterns = filters.value.get("reference")
          if (patterns !== undefined && !patterns.some((pattern) => referenceMatches(pattern, repository, tag)))
            return []
          return [{ ...common, repository, tag }]
        })
      })
    const now = terminal.now()
    const rows = facts.map((each) => imageRow(each, { now, truncate: !options.noTrunc }))
    return yield* printListing(
      options.format,
      {
        rows,
        headers: imageHeaders,
        columns: options.digests ? imageDigestColumns : imageColumns,
        ...(options.quiet ? { only: "ID" } : {})
      },
      terminal
    )
  })
)

/** A glob over `repository` or `repository:tag`; a star does not cross a slash. */
const referenceMatches = (pattern: string, repository: string, tag: string): boolean => {
  const expression = pattern
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]")
  const whole = new RegExp(`^${expression}$`)
  return whole.test(`${repository}:${tag}`) || whole.test(repository)
}
