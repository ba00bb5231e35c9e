import { isLive } from "@gantry/core/runtime/ContainerState"
import type { SettingsShape } from "@gantry/core/Settings"
import { isFrozen } from "@gantry/linux/cgroup-frozen"
import { detectCgroups } from "@gantry/linux/cgroup-layout"
import type { ContainerRecord } from "@gantry/engine/containers/ContainerRecord"
import { groupOf } from "@gantry/engine/containers/containers-group"
import { directoryOf } from "@gantry/engine/containers/directory-of"
import { allContainers, containerTable, recordOfRow } from "@gantry/engine/containers/record-of-row"
import { imageTables, namesOfImage } from "@gantry/engine/images/still-called"
import { isAlive, lookAt } from "@gantry/engine/supervisor/state"
import { parse } from "../argv/parse.ts"
import { ps as table } from "../argv/tables/listing.ts"
import { readDatabase } from "./read-database.ts"
import type { ListedContainer } from "../show/container-facts.ts"
import { containerListing, countOf } from "../show/container-listing.ts"
import { formatListing } from "../show/template.ts"
import { type Terminal, widthOf } from "../terminal.ts"

/** Containers, and what the image of each is called now. */
interface Read {
  readonly records: ReadonlyArray<ContainerRecord>
  readonly imageNames: ReadonlyMap<string, ReadonlyArray<string>>
}

/** Reads the tables of containers and images; undefined when another gantry has made them. */
const recordsIn = (root: string): Read | undefined =>
  readDatabase(root, [containerTable, imageTables], (tx) => {
    const records = tx.all(allContainers).map(recordOfRow)
    const images = [...new Set(records.map(({ image }) => image))]
    return {
      records,
      imageNames: new Map(images.map((image) => [image, tx.all(namesOfImage, image).map(({ name }) => String(name))]))
    }
  })

/**
 * `gantry ps` without the engine, for the usual case: no filters, no sizes, and nothing that has to be put right. Returns
 * the exit status, or that the command has to be carried out as all others are. Nothing has been written then.
 */
export const listAtOnce = (
  words: ReadonlyArray<string>,
  args: ReadonlyArray<string>,
  settings: SettingsShape,
  terminal: Terminal
): number | "unusual" => {
  const parsed = parse(table, words, args)
  if (!parsed.ok || parsed.value.help || parsed.value.unsupported.length > 0) return "unusual"
  const { options } = parsed.value
  const { all, filter, format, quiet, size } = options
  if (filter.length > 0 || size || (quiet && (format ?? "") !== "")) return "unusual"
  const count = countOf(options)
  const read = recordsIn(settings.root)
  if (read === undefined) return "unusual"
  const layout = detectCgroups()
  const listed: Array<ListedContainer> = []
  for (const record of read.records) {
    const full = listed.length === count
    if (full && record.attachments.length === 0) continue
    const { orphan, state } = lookAt(directoryOf(settings.root, record.id))
    // What a kill left behind is put right by whoever notices, and the engine knows how.
    const holds = record.attachments.length > 0 && !isLive(state)
    if (holds || (orphan !== undefined && isAlive(orphan))) return "unusual"
    if (full || (!all && count === undefined && !isLive(state))) continue
    // Asked of the kernel: whoever froze the container may have been killed before it could write that down.
    const paused = state.status === "running" && isFrozen(layout, groupOf(settings, record.id))
    listed.push({
      record,
      state: state.status === "running" ? { ...state, paused } : state,
      imageNames: read.imageNames.get(record.image) ?? []
    })
  }
  const listing = containerListing(listed, options, terminal.now())
  const text = formatListing(quiet ? undefined : format, { ...widthOf(terminal), ...listing })
  if (!text.ok) return "unusual"
  terminal.out(text.value)
  return 0
}
