import { isRecord } from "@gantry/core/is-record"
import type { Descriptor } from "@gantry/core/image/Descriptor"
import { isDigest } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { ociIndex } from "@gantry/core/image/MediaType"
import { format, type Platform } from "@gantry/core/image/Platform"
import * as Either from "effect/Either"
import { Malformed } from "./place-error.ts"

/** The annotation that holds a tag, or a name as programs of the containers project write it. */
export const refName = "org.opencontainers.image.ref.name"

/** The annotation that holds the complete name. */
export const imageName = "io.containerd.image.name"

/** One line of an index: a descriptor with all the fields that it came with. */
export type IndexEntry = Descriptor & { readonly [field: string]: unknown }

/** What a layout's index.json says. Spec: OCI image-spec, image-layout.md, section "index.json file". */
export interface LayoutIndex {
  readonly entries: ReadonlyArray<IndexEntry>
}

/** The index of a layout that holds nothing yet. */
export const emptyIndex: LayoutIndex = { entries: [] }

/** Longest index, manifest or config in bytes. */
export const wholeLimit = 4 * 1024 * 1024

/** Reads JSON that must be an object. Throws `Malformed`, whose message begins with `what`. */
export const readObject = (what: string, bytes: Uint8Array): Record<string, unknown> => {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw new Malformed(`${what} is not JSON`)
  }
  if (!isRecord(value)) throw new Malformed(`${what} is not a JSON object`)
  return value
}

/** Reads an index.json. Throws `Malformed`. */
export const readIndex = (bytes: Uint8Array): LayoutIndex => {
  const { manifests } = readObject("index.json", bytes)
  if (!Array.isArray(manifests)) throw new Malformed("index.json lists no manifests")
  return { entries: manifests.map(readEntry) }
}

const readEntry = (value: unknown): IndexEntry => {
  if (!isRecord(value)) throw new Malformed("index.json lists something that is no descriptor")
  const { annotations, digest, mediaType, size } = value
  // The digest becomes the name of a file: nothing but a digest may pass.
  if (!isDigest(digest)) {
    throw new Malformed(`index.json names ${JSON.stringify(digest) ?? "nothing"} where a sha256 digest belongs`)
  }
  if (typeof mediaType !== "string" || !Number.isSafeInteger(size) || Number(size) < 0) {
    throw new Malformed(`index.json gives ${digest} no media type or no size`)
  }
  if (isRecord(annotations) && !Object.values(annotations).every((each) => typeof each === "string")) {
    throw new Malformed(`index.json annotates ${digest} with something that is no text`)
  }
  // Go programs write null where a field is absent.
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null)) as unknown as IndexEntry
}

/** The bytes of an index.json: the same entries give the same bytes. */
export const writeIndex = ({ entries }: LayoutIndex): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests: entries }))

/** The complete name of an entry, or undefined when it has only a tag or nothing. */
export const fullName = ({ annotations }: IndexEntry): ImageRef.ImageRef | undefined => {
  const label = annotations?.[refName]
  const text = annotations?.[imageName] ?? (label !== undefined && /[/:]/.test(label) ? label : undefined)
  const read = text === undefined ? undefined : ImageRef.parse(text)
  return read !== undefined && Either.isRight(read) && read.right.tag !== undefined ? read.right : undefined
}

const tagShape = /^[\w][\w.-]{0,127}$/

/** What to write behind a place to mean an entry: see `Registry.tags`. */
export const shownName = (entry: IndexEntry): string => {
  const full = fullName(entry)
  if (full !== undefined) return ImageRef.familiar({ ...full, tag: full.tag ?? "latest" })
  const label = entry.annotations?.[refName]
  return label !== undefined && tagShape.test(label) ? label : `@${entry.digest}`
}

const isNamed = (entry: IndexEntry, repository: string, tag: string | undefined): boolean => {
  const full = fullName(entry)
  return (
    full !== undefined &&
    `${full.registry}/${full.repository}` === repository &&
    (tag === undefined || full.tag === tag)
  )
}

const firstFew = <A>(...choices: ReadonlyArray<() => ReadonlyArray<A>>): ReadonlyArray<A> => {
  for (const choice of choices) {
    const found = choice()
    if (found.length > 0) return found
  }
  return []
}

/** Entries that a reference without digest may mean; several when it says too little. */
export const entriesOf = (
  { entries }: LayoutIndex,
  { repository, tag }: Pick<ImageRef.ImageRef, "repository" | "tag">
): ReadonlyArray<IndexEntry> => {
  if (repository !== "") return entries.filter((entry) => isNamed(entry, repository, tag))
  if (tag === undefined) return entries
  const labelled = (entry: IndexEntry): boolean => entry.annotations?.[refName] === tag
  const short = ImageRef.parse(tag)
  return firstFew(
    () => entries.filter((entry) => labelled(entry) && entry.annotations?.[imageName] === undefined),
    () => entries.filter(labelled),
    () =>
      Either.isRight(short)
        ? entries.filter((entry) => isNamed(entry, `${short.right.registry}/${short.right.repository}`, "latest"))
        : [],
    () => entries.filter((entry) => fullName(entry)?.tag === tag)
  )
}

/** What entries are: one image, one for several platforms without an index of its own, or different ones. */
export type Only =
  | { readonly type: "none" | "several" }
  | { readonly type: "image"; readonly entry: IndexEntry }
  | { readonly type: "platforms"; readonly index: LayoutIndex }

/** The one image that entries are. */
export const onlyOf = (entries: ReadonlyArray<IndexEntry>): Only => {
  const [first, ...more] = [...new Map(entries.map((entry) => [entry.digest, entry])).values()]
  if (first === undefined) return { type: "none" }
  if (more.length === 0) return { type: "image", entry: first }
  const names = new Set(entries.map(shownName).filter((name) => !name.startsWith("@")))
  const platforms = new Set([first, ...more].map(({ platform }) => platformKey(platform)))
  // One name, or none, and each for another platform: the index itself is the list of one image's manifests.
  if (names.size <= 1 && !platforms.has(undefined) && platforms.size === more.length + 1) {
    return { type: "platforms", index: { entries: [first, ...more] } }
  }
  return { type: "several" }
}

const platformKey = (platform: Platform | undefined): string | undefined =>
  typeof platform?.os === "string" && typeof platform.architecture === "string" ? format(platform) : undefined

/** The index with an image in it under the name of a reference; who had the name before has none. */
export const withImage = (
  { entries }: LayoutIndex,
  descriptor: Descriptor,
  ref: Pick<ImageRef.ImageRef, "repository" | "tag">
): LayoutIndex => {
  const { digest, mediaType, size } = descriptor
  const fresh: IndexEntry = { mediaType, digest, size, ...annotated(ref) }
  const name = shownName(fresh)
  const kept = entries.filter((entry) => {
    if (entry.digest === digest && shownName(entry) === `@${digest}`) return false
    return shownName(entry) !== name
  })
  return { entries: [...kept, fresh] }
}

const annotated = ({ repository, tag }: Pick<ImageRef.ImageRef, "repository" | "tag">) => {
  if (tag === undefined) return {}
  const full = `${repository}:${tag}`
  const read = repository === "" ? undefined : ImageRef.parse(full)
  if (read === undefined) return { annotations: { [refName]: tag } }
  const label = Either.isRight(read) ? ImageRef.familiar(read.right) : full
  return { annotations: { [refName]: label, [imageName]: full } }
}
