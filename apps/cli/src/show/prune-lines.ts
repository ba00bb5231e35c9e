import * as ImageRef from "@gantry/core/image/ImageRef"
import { bytesOf, type Plan, type Removal } from "@gantry/engine/prune/PrunePlan"
import { humanSize } from "./size.ts"
import { shortId } from "./text.ts"
import { table } from "./table.ts"

/**
 * What was removed, as Docker's prune commands tell it. Every line ends with a line break. `weightless`: what was to go
 * takes no room.
 */
export const removedLines = (
  removed: ReadonlyArray<Removal>,
  { weightless }: { readonly weightless?: boolean } = {}
): string => {
  const lines: Array<string> = []
  const section = (title: string, entries: ReadonlyArray<string>): void => {
    if (entries.length > 0) lines.push(`${title}:`, ...entries, "")
  }
  const images = removed.filter(({ kind }) => kind === "image")
  const layers = removed.flatMap((each) => (each.kind === "layer" ? [`deleted: ${each.digest}`] : []))
  section(
    "Deleted Containers",
    removed.flatMap((each) => (each.kind === "container" ? [each.id] : []))
  )
  section(
    "Deleted Volumes",
    removed.flatMap((each) => (each.kind === "volume" ? [each.name] : []))
  )
  section(
    "Deleted Networks",
    removed.flatMap((each) => (each.kind === "network" ? [each.name] : []))
  )
  section("Deleted Images", [
    ...images.flatMap((each) =>
      each.kind === "image"
        ? [
            ...[...each.names, ...each.digests].map((name) => `untagged: ${ImageRef.familiarOf(name)}`),
            `deleted: ${each.id}`
          ]
        : []
    ),
    ...(images.length > 0 ? layers : [])
  ])
  section("Deleted build cache objects", [
    ...removed.flatMap((each) => (each.kind === "cache" ? [each.key.replace("sha256:", "")] : [])),
    ...removed.flatMap((each) => (each.kind === "cache-mount" ? [`cache mount ${each.id}`] : [])),
    ...(images.length > 0 ? [] : layers)
  ])
  section(
    "Deleted unfinished downloads",
    removed.flatMap((each) => (each.kind === "partial" ? [each.digest] : []))
  )
  const total = weightless === true ? "" : `Total reclaimed space: ${humanSize(bytesOf(removed))}\n`
  return `${lines.map((line) => `${line}\n`).join("")}${total}`
}

/** What a removal is called in a list. */
export const removalName = (removal: Removal): string => {
  switch (removal.kind) {
    case "container":
      return `${removal.name} (${shortId(removal.id)})`
    case "volume":
    case "network":
      return removal.name
    case "image":
      return removal.names.length === 0
        ? removal.id
        : `${removal.names.map(ImageRef.familiarOf).join(", ")} (${shortId(removal.id)})`
    case "cache":
      return removal.key
    case "cache-mount":
      return removal.id
    case "layer":
    case "blob":
    case "partial":
      return removal.digest
  }
}

/** What would be removed: kind, name and bytes, one line each. */
export const planned = (removals: ReadonlyArray<Removal>): ReadonlyArray<string> =>
  removals.length === 0
    ? []
    : table(
        ["KIND", "WHAT", "SIZE"],
        removals.map((each) => [each.kind, removalName(each), humanSize(each.bytes)])
      )

/** What `--dry-run` prints: exactly what would be removed, what would be kept and why. Ends with a line break. */
export const dryRunLines = ({ keep, remove }: Plan): string => {
  const lines = [
    ...(remove.length === 0 ? ["Nothing would be removed."] : ["Would be removed:", ...planned(remove)]),
    "",
    ...(keep.length === 0
      ? []
      : [
          "Would be kept:",
          ...table(
            ["KIND", "WHAT", "WHY"],
            keep.map(({ kind, what, why }) => [kind, what, why])
          ),
          ""
        ]),
    `Total reclaimable space: ${humanSize(bytesOf(remove))}`
  ]
  return lines.map((line) => `${line}\n`).join("")
}
