import { DatabaseSync } from "node:sqlite"
import type { SettingsShape } from "@gantry/core/Settings"
import { databasePath } from "@gantry/core/state/database-path"
import type { Migrations } from "@gantry/core/state/Database"
import { transactionOf } from "@gantry/core/state/statements"
import { recordBuild } from "@gantry/engine/build-logs/record-build"
import { imageEvent } from "@gantry/engine/events/actors"
import { appendEvent } from "@gantry/engine/events/append-event"
import { journalOf } from "@gantry/engine/events/journal-files"
import { imageTables } from "@gantry/engine/images/still-called"
import { useImages } from "@gantry/engine/images/use-images"
import type { Grounds } from "@gantry/engine/unchanged/Grounds"
import { groundsTable, readGrounds } from "@gantry/engine/unchanged/grounds-rows"
import { filesHold, storeHolds } from "@gantry/engine/unchanged/still-holds"
import { readDatabase } from "./read-database.ts"
import { cachedLayer, cacheTables, layerTables, storedBlob, useSteps } from "./stored.ts"
import { buildProgress, progressStyle } from "../commands/build-progress.ts"
import type { Terminal } from "../terminal.ts"
import type { UsualBuild } from "./grounds-key.ts"

/**
 * `gantry build` without the engine, for a build of which nothing has changed: all that it rested on when the cache had
 * every step of it is looked at once more, and is as it was. Returns the exit status, or that the build has to be carried
 * out as all others are. Nothing has been written then.
 */
export const buildAtOnce = (
  { key, options }: UsualBuild,
  { root }: SettingsShape,
  terminal: Terminal
): number | "unusual" => {
  const style = progressStyle(options.quiet ? "quiet" : options.progress, terminal)
  if (style === undefined) return "unusual"
  const began = terminal.now()
  const grounds = stillStanding(root, key, began)
  if (grounds === undefined) return "unusual"
  const { about, at, events, image, inputs } = grounds
  const recorder = recordBuild(root, about, terminal.now)
  const progress = buildProgress(style, about.dockerfile, terminal)
  for (const input of inputs) recorder.onInput(input)
  for (const event of events) {
    const told = "ageMs" in event && event.ageMs !== undefined ? { ...event, ageMs: event.ageMs + began - at } : event
    recorder.onEvent(told)
    progress.onEvent(told)
  }
  appendEvent(journalOf(root), { at: terminal.now(), ...imageEvent("create", image.id, about.names[0] ?? image.id) })
  recorder.end({ status: "done", image: image.id })
  progress.finish()
  progress.built(image.id, options.tag)
  if (style === "quiet") terminal.out(`${image.id}\n`)
  return 0
}

/** The grounds of a build, if all of them are as they were: then it is written down that they were used. */
const stillStanding = (root: string, key: string, now: number): Grounds | undefined => {
  const tables = [imageTables, ...[cacheTables, groundsTable, layerTables].map(asKnown)]
  const grounds = readDatabase(root, tables, (tx) => readGrounds(tx, key))
  if (grounds === undefined || !filesHold(grounds)) return undefined
  const database = new DatabaseSync(databasePath(root))
  let holds = false
  try {
    database.exec("PRAGMA busy_timeout=2000; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=200; BEGIN IMMEDIATE")
    const tx = transactionOf(database)
    // Nobody takes anything out of the store between this look and the note that it is in use.
    const there = storeHolds(tx, grounds, {
      layerOfStep: cachedLayer(tx, root),
      hasBlob: storedBlob(root)
    })
    if (there) {
      useSteps(tx, grounds.steps, now)
      useImages(tx, [...grounds.bases, grounds.image.id], now)
    }
    database.exec("COMMIT")
    holds = there
    return there ? grounds : undefined
  } finally {
    // Closing writes the log back and waits for the disk, which the end of this program need not.
    if (!holds) database.close()
  }
}

const asKnown = ({ owner, steps }: Pick<Migrations, "owner" | "steps">) => ({ owner, version: steps.length })
