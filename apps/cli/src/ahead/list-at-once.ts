import { DatabaseSync } from "node:sqlite"
import { isLive } from "@gantry/core/runtime/ContainerState"
import type { SettingsShape } from "@gantry/core/Settings"
import { databasePath } from "@gantry/core/state/database-path"
import { isFrozen } from "@gantry/linux/cgroup-frozen"
import { detectCgroups } from "@gantry/linux/cgroup-layout"
import type { ContainerRecord } from "@gantry/engine/containers/ContainerRecord"
import { groupOf } from "@gantry/engine/containers/containers-group"
import { directoryOf } from "@gantry/engine/containers/directory-of"
import { allContainers, containerTable, recordOfRow } from "@gantry/engine/containers/record-of-row"
import { isAlive, lookAt } from "@gantry/engine/supervisor/state"
import { parse } from "../argv/parse.ts"
import { ps as table } from "../argv/tables/listing.ts"
import type { ListedContainer } from "../show/container-facts.ts"
import { containerListing, countOf } from "../show/container-listing.ts"
import { formatListing } from "../show/template.ts"
import { type Terminal, widthOf } from "../terminal.ts"

/** Reads the table of containers; undefined when another gantry has made it. */
const recordsIn = (root: string): ReadonlyArray<ContainerRecord> | undefined => {
  const database = new DatabaseSync(databasePath(root), { readOnly: true })
  try {
    const { owner, version } = containerTable
    const found = database.prepare("SELECT version FROM migrations WHERE owner = ?").get(owner)
    if (found?.["version"] !== version) return undefined
    return database.prepare(allContainers).all().map(recordOfRow)
  } finally {
    database.close()
  }
}

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
  const records = recordsIn(settings.root)
  if (records === undefined) return "unusual"
  const layout = detectCgroups()
  const listed: Array<ListedContainer> = []
  for (const record of records) {
    const full = listed.length === count
    if (full && record.attachments.length === 0) continue
    const { orphan, state } = lookAt(directoryOf(settings.root, record.id))
    // What a kill left behind is put right by whoever notices, and the engine knows how.
    const holds = record.attachments.length > 0 && !isLive(state)
    if (holds || (orphan !== undefined && isAlive(orphan))) return "unusual"
    if (full || (!all && count === undefined && !isLive(state))) continue
    // Asked of the kernel: whoever froze the container may have been killed before it could write that down.
    const paused = state.status === "running" && isFrozen(layout, groupOf(settings, record.id))
    listed.push({ record, state: state.status === "running" ? { ...state, paused } : state })
  }
  const listing = containerListing(listed, options, terminal.now())
  const text = formatListing(quiet ? undefined : format, { ...widthOf(terminal), ...listing })
  if (!text.ok) return "unusual"
  terminal.out(text.value)
  return 0
}
