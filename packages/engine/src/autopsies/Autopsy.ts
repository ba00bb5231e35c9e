import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { ContainerState, Health } from "@gantry/core/runtime/ContainerState"
import { Settings } from "@gantry/core/Settings"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { autopsiesName } from "../root-names.ts"
import type { LogRecord } from "../supervisor/log.ts"
import type { ContainerChange } from "../verbs/container-changes.ts"

/** What is kept of a container that failed and was removed at its end. Plain data. */
export interface Autopsy {
  readonly record: ContainerRecord
  readonly state: ContainerState & { readonly status: "exited" | "lost" }
  /** Milliseconds since 1970. */
  readonly keptAt: number
  /** Absent when nobody looked at its health. */
  readonly health?: Health
  /** What it had changed of its image, the first so many by path. */
  readonly changes: ReadonlyArray<ContainerChange>
  /** How many more there were. */
  readonly moreChanges: number
  /** The end of what it wrote. */
  readonly log: ReadonlyArray<LogRecord>
}

/** Milliseconds for which an autopsy is kept. */
export const keptFor = 24 * 60 * 60 * 1000

/** Most autopsies that are kept; the oldest goes first. */
export const mostKept = 20

/** There is no autopsy of that container. */
export class NoAutopsy extends Data.TaggedError("NoAutopsy")<{
  /** As typed; absent for the last one. */
  readonly asked?: string
}> {
  override get message() {
    return this.asked === undefined ? "no container has failed with --rm lately" : `no autopsy of ${this.asked}`
  }
}

/** Directory of autopsies: a file for each, whose name begins with the time. */
export const autopsiesOf = (root: string): string => join(root, autopsiesName)

/** Names of the files, the oldest first. */
export const autopsyFiles = (root: string): ReadonlyArray<string> => {
  try {
    return readdirSync(autopsiesOf(root))
      .filter((name) => name.endsWith(".json"))
      .toSorted()
  } catch {
    // None was ever kept.
    return []
  }
}

/** Whether a file of that name is past its time. `now`: milliseconds since 1970. */
export const isExpired = (name: string, now: number): boolean => Number(name.split("-")[0]) < now - keptFor

/** All autopsies that are kept, the newest first. One that is being removed, or was damaged, is left out. */
export const allAutopsies: Effect.Effect<ReadonlyArray<Autopsy>, never, Settings> = Effect.gen(function* () {
  const { root } = yield* Settings
  const now = yield* Clock.currentTimeMillis
  return autopsyFiles(root)
    .toReversed()
    .flatMap((name): ReadonlyArray<Autopsy> => {
      try {
        return isExpired(name, now) ? [] : [JSON.parse(readFileSync(join(autopsiesOf(root), name), "utf8")) as Autopsy]
      } catch {
        return []
      }
    })
})

/** The first that is of a container of that name, which may begin with a slash, or else of an ID that begins so. Pure. */
export const keptOf = <A extends { readonly record: Pick<ContainerRecord, "id" | "name"> }>(
  all: ReadonlyArray<A>,
  asked: string
): A | undefined => {
  const name = asked.replace(/^\//, "")
  return (
    all.find(({ record }) => record.name === name) ??
    (name === "" ? undefined : all.find(({ record }) => record.id.startsWith(name)))
  )
}

/** The newest autopsy, or that of a container by its name, its ID or the beginning of its ID. */
export const findAutopsy = (asked: string | undefined): Effect.Effect<Autopsy, NoAutopsy, Settings> =>
  Effect.flatMap(allAutopsies, (all) => {
    const found = asked === undefined ? all[0] : keptOf(all, asked)
    return found === undefined ? new NoAutopsy(asked === undefined ? {} : { asked }) : Effect.succeed(found)
  })
