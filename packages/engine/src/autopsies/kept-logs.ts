import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { Settings } from "@gantry/core/Settings"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { autopsiesOf, isExpired, keptOf } from "./Autopsy.ts"

/** What a container wrote that has been removed since. */
export interface KeptLog {
  readonly record: ContainerRecord
  /** Has the files of its log, as the container's own directory had them. */
  readonly directory: string
}

/** Most logs of removed containers that are kept; the oldest goes first. */
export const mostLogs = 20

/** Bytes that are kept of one: of several files the oldest may be left out. */
const mostBytes = 10 * 1024 * 1024

/** Bytes that are kept of all together. */
const mostTogether = 32 * 1024 * 1024

/** Bytes that have to be free on the disk. With less, whoever removes a container may want its room. */
const leastFree = 1024 * 1024 * 1024

const recordName = "record.json"

/** What stands behind the time and the ID in the name of a directory with a log. */
const ending = ".logs"

/** Names of the directories with logs, the oldest first. A dot stands before those that are not complete. */
const directoriesIn = (root: string): ReadonlyArray<string> => {
  try {
    return readdirSync(autopsiesOf(root))
      .filter((name) => name.endsWith(ending))
      .toSorted()
  } catch {
    // None was ever kept.
    return []
  }
}

/** The files of a log that are worth keeping, the newest first. */
const filesWorthKeeping = (directory: string): ReadonlyArray<string> => {
  const numbers = readdirSync(directory).flatMap((name) => {
    const [, number] = /^log\.json(?:\.(\d+))?$/.exec(name) ?? [name, "none"]
    return number === "none" ? [] : [Number(number ?? 0)]
  })
  let room = mostBytes
  return numbers
    .toSorted((a, b) => a - b)
    .map((number) => (number === 0 ? "log.json" : `log.json.${number}`))
    .filter((name, at) => {
      const { size } = statSync(join(directory, name))
      room -= size
      return size > 0 && (room >= 0 || at === 0)
    })
}

/**
 * Keeps the log in the directory of a container that is about to be removed, for whoever asks for it within a day: by further
 * names for its files, so that what a running container still writes is in it, too. It may be secret: only root reads it.
 * Throws what the file system says.
 */
export const keepLog = (root: string, record: ContainerRecord, from: string, now: number): void => {
  const files = filesWorthKeeping(from)
  if (files.length === 0) return
  const { bavail, bsize } = statfsSync(root)
  if (bavail * bsize < leastFree) return
  const place = autopsiesOf(root)
  const name = `${String(Math.trunc(now)).padStart(15, "0")}-${record.id}${ending}`
  const draft = join(place, `.${name}`)
  mkdirSync(place, { recursive: true, mode: 0o700 })
  mkdirSync(draft, { recursive: true, mode: 0o700 })
  writeFileSync(join(draft, recordName), JSON.stringify(record), { mode: 0o600 })
  for (const file of files) linkSync(join(from, file), join(draft, file))
  renameSync(draft, join(place, name))
  const all = directoriesIn(root)
  const whole = all.filter((each) => !each.startsWith("."))
  let room = mostTogether
  const fits = new Set(whole.toReversed().filter((each) => (room -= bytesIn(join(place, each))) >= 0))
  const surplus = whole.filter(
    (each, at) => at < whole.length - mostLogs || isEarlier(each, name) || !(each === name || fits.has(each))
  )
  const old = all.filter((each) => isExpired(each.replace(/^\./, ""), now))
  for (const each of [...surplus, ...old]) rmSync(join(place, each), { recursive: true, force: true })
}

const bytesIn = (directory: string): number =>
  readdirSync(directory).reduce(
    (sum, file) => sum + (statSync(join(directory, file), { throwIfNoEntry: false })?.size ?? 0),
    0
  )

/** Whether it is of the same container, whose removal was cut short before. */
const isEarlier = (each: string, name: string): boolean => each < name && each.split("-")[1] === name.split("-")[1]

/** What a removed container wrote, by its name, its ID or the beginning of its ID; that of the last one if there are several. */
export const findKeptLog = (asked: string): Effect.Effect<KeptLog | undefined, never, Settings> =>
  Effect.gen(function* () {
    const { root } = yield* Settings
    const now = yield* Clock.currentTimeMillis
    const kept = directoriesIn(root)
      .filter((name) => !name.startsWith(".") && !isExpired(name, now))
      .toReversed()
      .flatMap((name): ReadonlyArray<KeptLog> => {
        const directory = join(autopsiesOf(root), name)
        try {
          return [
            { directory, record: JSON.parse(readFileSync(join(directory, recordName), "utf8")) as ContainerRecord }
          ]
        } catch {
          // It is being removed, or was damaged.
          return []
        }
      })
    return keptOf(kept, asked)
  })
