import * as ImageRef from "@gantry/core/image/ImageRef"
import { localPlace, shown } from "@gantry/core/image/ImageSource"
import { format as platformText } from "@gantry/core/image/Platform"
import type { FetchedDocument } from "@gantry/engine/manifests/fetch-document"
import type { IndexEntry } from "@gantry/engine/manifests/IndexEntry"
import type { PlatformFacts } from "@gantry/engine/manifests/load-image"
import { bad, good, type Result } from "../argv/Result.ts"
import { configForTemplates, entryForTemplates, type Fields, freely, withJson } from "./imagetools-fields.ts"
import { evaluate } from "./template/evaluate.ts"
import type { TemplateFunction } from "./template/functions.ts"
import { parseTemplate } from "./template/parse.ts"
import { visibleOnly } from "./text.ts"

/** A complete name, or that of a place on this machine. */
const nameOf = (ref: ImageRef.ImageRef): string => (localPlace(ref) === undefined ? ImageRef.format(ref) : shown(ref))

/** What a registry has of a name, as buildx shows it without a template. Ends with a line break. */
export const imageListing = ({ descriptor, document, ref }: FetchedDocument): string => {
  const head = aligned([
    ["Name:", nameOf(ref)],
    ["MediaType:", document.mediaType],
    ["Digest:", descriptor.digest]
  ])
  if (document.type === "manifest") return linesOf(head)
  const entries = document.entries.flatMap((entry, at) => [
    ...(at === 0 ? [] : [["", ""] as const]),
    ...rowsOf(ref, entry)
  ])
  return linesOf([...head, ...aligned([["", ""] as const, ["Manifests:", ""] as const]), ...blocks(entries)])
}

/** A term and what belongs to it, or, as a text alone, a line that keeps its place. */
type Row = readonly [string, string] | string

const rowsOf = (
  ref: ImageRef.ImageRef,
  { annotations, digest, mediaType, platform, urls }: IndexEntry
): ReadonlyArray<Row> => {
  const notes = Object.entries(annotations ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const version = platform?.["os.version"]
  const features = platform?.["os.features"]
  return [
    ["  Name:", nameOf({ ...ref, digest })],
    ["  MediaType:", mediaType],
    ...(platform === undefined ? [] : [["  Platform:", platformText(platform)] as const]),
    ...(version === undefined ? [] : [["  OSVersion:", version] as const]),
    ...(features === undefined ? [] : [["  OSFeatures:", features.join(", ")] as const]),
    ...(urls === undefined ? [] : [["  URLs:", urls.join(", ")] as const]),
    ...(notes.length === 0 ? [] : [["  Annotations:", ""] as const]),
    ...aligned(notes.map(([name, value]) => [`    ${name}:`, value] as const))
  ]
}

/** Terms of rows in a row stand in a column, which a line without terms ends. */
const blocks = (rows: ReadonlyArray<Row>): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let block: Array<readonly [string, string]> = []
  for (const row of rows) {
    if (typeof row !== "string") {
      block.push(row)
      continue
    }
    lines.push(...aligned(block), row)
    block = []
  }
  return [...lines, ...aligned(block)]
}

const aligned = (rows: ReadonlyArray<readonly [string, string]>): ReadonlyArray<string> => {
  const width = Math.max(0, ...rows.map(([term]) => term.length)) + 1
  return rows.map(([term, value]) => `${term.padEnd(width)}${value}`)
}

/** Registries have their say in it: they move no cursor. */
const linesOf = (lines: ReadonlyArray<string>): string =>
  lines.map((line) => `${visibleOnly(line.replace(/[\t\n]/g, " "))}\n`).join("")

/** What templates of `imagetools inspect` may ask for. */
export const imageFacts = (
  name: string,
  fetched: FetchedDocument,
  platforms: ReadonlyMap<string, PlatformFacts>
): Fields => {
  const several = platforms.size > 1
  const each = <A>(of: (facts: PlatformFacts) => A | undefined, none: A): unknown => {
    const found = [...platforms].flatMap(([platform, facts]) => {
      const value = of(facts)
      return value === undefined ? [] : [[platform, value] as const]
    })
    return several ? new Map(found) : (found[0]?.[1] ?? none)
  }
  const manifest = manifestForTemplates(fetched)
  const image = each(({ config }) => configForTemplates(config), null as unknown)
  return withJson(
    {
      Name: name,
      Manifest: manifest,
      Image: image,
      Provenance: each(
        ({ provenance }) =>
          provenance === undefined ? undefined : withJson({ SLSA: freely(provenance) }, { SLSA: provenance }),
        withJson({ SLSA: new Map() }, {})
      ),
      SBOM: each(({ sboms }) => sbomOf(sboms), withJson({ SPDX: new Map(), AdditionalSPDXs: [] }, {}))
    },
    { name, manifest, ...(image === null ? {} : { image }) }
  )
}

const sbomOf = ([first, ...others]: ReadonlyArray<unknown>): Fields | undefined =>
  first === undefined
    ? undefined
    : withJson(
        { SPDX: freely(first), AdditionalSPDXs: others.map(freely) },
        { SPDX: first, ...(others.length === 0 ? {} : { AdditionalSPDXs: others }) }
      )

const manifestForTemplates = ({ bytes, descriptor, document }: FetchedDocument): Fields => {
  const { digest } = descriptor
  const { mediaType } = document
  if (document.type === "manifest") return entryForTemplates({ mediaType, digest, size: bytes.length })
  const entries = document.entries.map(entryForTemplates)
  const notes = document.annotations
  const isAnnotated = Object.keys(notes).length > 0
  return withJson(
    {
      SchemaVersion: 2,
      MediaType: mediaType,
      Digest: digest,
      Size: bytes.length,
      Manifests: entries,
      Annotations: new Map(Object.entries(notes))
    },
    {
      schemaVersion: 2,
      mediaType,
      digest,
      size: bytes.length,
      manifests: entries,
      ...(isAnnotated ? { annotations: notes } : {})
    }
  )
}

/** Indented by two, maps as records, as buildx prints JSON. */
const json: TemplateFunction = ([value]) =>
  good(
    JSON.stringify(
      value,
      (_, each: unknown) =>
        each instanceof Map ? Object.fromEntries([...each].toSorted(([a], [b]) => (a < b ? -1 : 1))) : each,
      2
    ) ?? "null"
  )

/** What a template makes of an image. Nothing is added to it, no line break either. */
export const renderFacts = (format: string, facts: Fields): Result<string> => {
  const body = parseTemplate(format)
  if (!body.ok) return bad(`template: :1: ${body.problem}`)
  return evaluate(body.value, facts, new Map([["json", json]]))
}
