import { randomBytes } from "node:crypto"
import { Containers } from "@gantry/engine/containers/Containers"
import { removeVolume } from "@gantry/engine/verbs/remove-volume"
import { findVolume } from "@gantry/engine/volumes/find-volume"
import { type VolumeRecord, Volumes } from "@gantry/engine/volumes/Volumes"
import * as Effect from "effect/Effect"
import { volumeCreate, volumeInspect, volumeLs, volumeRm } from "../argv/tables/volumes.ts"
import { parseFilters, passes, problemIn } from "../argv/values/filters.ts"
import { truthOf } from "../argv/values/truth.ts"
import { hasLabel, parseLabel } from "../argv/values/label.ts"
import { inspectVolume, volumeColumns, volumeHeaders, volumeRow } from "../show/volume-row.ts"
import { define } from "./define.ts"
import { each } from "./each.ts"
import { type Finder, showAll } from "./inspect-all.ts"
import { printListing } from "./listing.ts"
import { valuesOf } from "./read-values.ts"
import { refused, Usage } from "./Usage.ts"

/** `gantry volume create`. One that is there already is left as it is. */
export const create = define(volumeCreate, ({ operands: [name], options }, { terminal }) =>
  Effect.gen(function* () {
    if (name !== undefined && !/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
      return yield* refused(
        `create ${name}: "${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed`,
        "to mount a host directory, give its absolute path to -v",
        1
      )
    }
    if (!["", "local"].includes(options.driver ?? "")) {
      return yield* new Usage({
        message: `create ${name ?? ""}: error looking up volume plugin ${options.driver}: plugin "${options.driver}" not found`,
        hint: "volumes are of the driver local: leave --driver out",
        status: 1,
        speaker: "daemon"
      })
    }
    const labels = yield* valuesOf("--label", options.label, parseLabel)
    const volume = yield* (yield* Volumes).ensure({
      name: name ?? randomBytes(32).toString("hex"),
      anonymous: name === undefined,
      labels: Object.fromEntries(labels.map((label) => [label.name, label.value]))
    })
    terminal.out(`${volume.name}\n`)
    return 0
  })
)

/** A volume in the shape that `inspect` shows. */
export const volumeFinder: Finder = (name) => Effect.map(findVolume(name), inspectVolume)

/** `gantry volume inspect`. */
export const inspect = define(volumeInspect, ({ operands, options }, { terminal }) =>
  showAll(operands, options.format, volumeFinder, terminal)
)

const filterKeys = ["dangling", "driver", "label", "name"] as const

/** `gantry volume ls`. */
export const list = define(volumeLs, ({ options }, { terminal }) =>
  Effect.gen(function* () {
    const wrong = (message: string) =>
      new Usage({ message, hint: "see gantry volume ls --help", status: 1, speaker: "daemon" })
    const filters = parseFilters(options.filter, filterKeys)
    if (!filters.ok) return yield* wrong(filters.problem)
    const problem = problemIn(filters.value)
    if (problem !== undefined) return yield* wrong(problem)
    const mounted = new Set(
      filters.value.has("dangling")
        ? (yield* (yield* Containers).list).flatMap(({ mounts }) => mounts.map(({ name }) => name))
        : []
    )
    const isOne = (volume: VolumeRecord, key: (typeof filterKeys)[number], value: string): boolean => {
      switch (key) {
        case "dangling":
          return mounted.has(volume.name) !== truthOf(value)
        case "driver":
          return value === "local"
        case "label":
          return hasLabel(volume.labels, value)
        case "name":
          return new RegExp(value).test(volume.name)
      }
    }
    const wanted = (yield* (yield* Volumes).list).filter((volume) =>
      passes(filters.value, (key, value) => isOne(volume, key, value))
    )
    return yield* printListing(
      options.format,
      {
        rows: wanted.map(volumeRow),
        headers: volumeHeaders,
        columns: volumeColumns,
        ...(options.quiet ? { only: "Name" } : {})
      },
      terminal
    )
  })
)

/** `gantry volume rm`. */
export const remove = define(volumeRm, ({ operands, options }, { terminal }) =>
  each(operands, terminal, (name) =>
    Effect.as(
      removeVolume(name).pipe(
        Effect.catchTag("NoSuchVolume", (failure) => (options.force ? Effect.void : Effect.fail(failure)))
      ),
      name
    )
  )
)
