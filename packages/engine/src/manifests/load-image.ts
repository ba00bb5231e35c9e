import type { Descriptor } from "@gantry/core/image/Descriptor"
import type { Digest } from "@gantry/core/image/Digest"
import { type ImageRef, placeOf } from "@gantry/core/image/ImageRef"
import { shown } from "@gantry/core/image/ImageSource"
import { format as platformText } from "@gantry/core/image/Platform"
import { isRecord } from "@gantry/core/is-record"
import type { Registry } from "@gantry/core/registry/Registry"
import * as Effect from "effect/Effect"
import {
  fetchDocument,
  type FetchedDocument,
  type FetchError,
  fetchJson,
  fetchPlatform,
  isImageConfig,
  makeAllowance,
  mostConfig
} from "./fetch-document.ts"
import { ManifestsRefused } from "./ManifestsRefused.ts"
import { mostEntries } from "./read-document.ts"

/** What a registry has of an image for one platform. */
export interface PlatformFacts {
  /** As the registry has it: JSON that nobody has checked. */
  readonly config: unknown
  /** Bills of material that are attached to it: the predicates of in-toto statements, JSON that nobody has checked. */
  readonly sboms: ReadonlyArray<unknown>
  /** How it was built, likewise. */
  readonly provenance: unknown
}

/** Which attachments are read. */
export interface LoadOptions {
  readonly sboms: boolean
  readonly provenance: boolean
}

/** An index may lead through so many others. */
const deepest = 4

/** Bytes of the largest attachment that is read. */
const mostStatement = 32 * 1024 * 1024

/** Bytes of everything that is read of one image. */
const mostOfAll = 128 * 1024 * 1024

/** How many manifests are asked for at once. */
const atOnce = 4

interface Gathered {
  /** Images by platform, the later one of two. */
  readonly images: Map<string, FetchedDocument>
  /** What is attached to an image, by the image's digest. */
  readonly attached: Map<string, Array<FetchedDocument>>
  readonly seen: Set<Digest>
  /** Counts what is read; fails when it is too much. */
  readonly take: ReturnType<typeof makeAllowance>
}

/**
 * Reads what a registry has of an image besides layers, by platform, sorted. Indexes that lead through too many others, or
 * to too many manifests, are refused.
 */
export const loadImage = (
  root: FetchedDocument,
  options: LoadOptions
): Effect.Effect<ReadonlyMap<string, PlatformFacts>, FetchError, Registry> =>
  Effect.gen(function* () {
    const gathered: Gathered = {
      images: new Map(),
      attached: new Map(),
      seen: new Set(),
      take: makeAllowance(root.ref, mostOfAll)
    }
    yield* gather(root, gathered, { root, depth: 0 })
    const images = [...gathered.images].toSorted(([a], [b]) => (a < b ? -1 : 1))
    const facts = yield* Effect.forEach(
      images,
      ([platform, image]) => Effect.map(factsOf(image, gathered, options), (found) => [platform, found] as const),
      { concurrency: atOnce }
    )
    return new Map(facts)
  })

const gather = (
  fetched: FetchedDocument,
  gathered: Gathered,
  { depth, root }: { readonly root: FetchedDocument; readonly depth: number }
): Effect.Effect<void, FetchError, Registry> =>
  Effect.gen(function* () {
    const { document } = fetched
    const refuse = (why: string) =>
      new ManifestsRefused({
        what: `${shown(root.ref)} cannot be shown`,
        why,
        hint: "gantry buildx imagetools inspect --raw shows its index"
      })
    if (document.type === "manifest") {
      const platform = yield* fetchPlatform(fetched.ref, document.config)
      if (platform !== undefined) gathered.images.set(platformText(platform), fetched)
      return
    }
    if (depth > deepest) return yield* refuse(`its index leads through more than ${deepest} others`)
    const entries = document.entries.filter(({ digest }) => !gathered.seen.has(digest))
    for (const { digest } of entries) gathered.seen.add(digest)
    if (gathered.seen.size > mostEntries) return yield* refuse(`it has more than ${mostEntries} manifests`)
    const children = yield* Effect.forEach(
      entries,
      ({ digest }) =>
        Effect.tap(fetchDocument({ ...placeOf(fetched.ref), digest }), ({ bytes }) => gathered.take(bytes.length)),
      { concurrency: atOnce }
    )
    for (const [at, child] of children.entries()) {
      const entry = entries[at]
      const subject =
        entry?.annotations?.["vnd.docker.reference.digest"] ?? entry?.annotations?.["com.docker.reference.digest"]
      if (subject !== undefined) {
        gathered.attached.set(subject, [...(gathered.attached.get(subject) ?? []), child])
      } else if (entry?.platform !== undefined && child.document.type === "manifest") {
        gathered.images.set(platformText(entry.platform), child)
      } else {
        yield* gather(child, gathered, { root, depth: depth + 1 })
      }
    }
  })

const factsOf = (
  { descriptor, document, ref }: FetchedDocument,
  { attached, take }: Gathered,
  { provenance, sboms }: LoadOptions
): Effect.Effect<PlatformFacts, FetchError, Registry> =>
  Effect.gen(function* () {
    const read = (place: ImageRef, blob: Descriptor, most: number) =>
      Effect.zipRight(take(blob.size), fetchJson(place, blob, most))
    const config =
      document.type === "manifest" && isImageConfig(document.config)
        ? yield* read(ref, document.config, mostConfig)
        : undefined
    const statements = (attached.get(descriptor.digest) ?? []).flatMap((each) =>
      each.document.type === "manifest" ? each.document.layers.map((layer) => ({ layer, ref: each.ref })) : []
    )
    const predicates = (isWanted: (type: string) => boolean) =>
      Effect.forEach(
        statements.filter(({ layer }) => isStatement(layer) && isWanted(layer.annotations?.[predicateType] ?? "")),
        ({ layer, ref: place }) => Effect.map(read(place, layer, mostStatement), predicateOf)
      )
    return {
      config,
      sboms: sboms ? yield* predicates((type) => type === "https://spdx.dev/Document") : [],
      provenance: provenance
        ? (yield* predicates((type) => type.startsWith("https://slsa.dev/provenance/")))[0]
        : undefined
    }
  })

const predicateType = "in-toto.io/predicate-type"

/** Plain, or signed: in an envelope of DSSE. */
const isStatement = ({ mediaType }: Descriptor): boolean =>
  mediaType === "application/vnd.in-toto+json" || /^application\/vnd\.in-toto\..*\+dsse$/.test(mediaType)

const predicateOf = (statement: unknown): unknown => {
  if (!isRecord(statement)) return undefined
  if (typeof statement["payload"] !== "string") return statement["predicate"]
  try {
    return predicateOf(JSON.parse(Buffer.from(statement["payload"], "base64").toString("utf8")))
  } catch {
    return undefined
  }
}
