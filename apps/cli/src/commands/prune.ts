import { carryOut, planPrune } from "@gantry/engine/prune/carry-out"
import type { PruneWish } from "@gantry/engine/prune/PrunePlan"
import { sweepSteps } from "@gantry/engine/steps/sweep-steps"
import * as Effect from "effect/Effect"
import {
  builderPrune as builderTable,
  containerPrune as containerTable,
  imagePrune as imageTable,
  networkPrune as networkTable,
  systemPrune as systemTable,
  volumePrune as volumeTable
} from "../argv/tables/prune.ts"
import { parseBytes } from "../argv/values/bytes.ts"
import { parsePruneFilters, type PruneFilterKey } from "../argv/values/prune-filters.ts"
import { ask } from "../ask.ts"
import type { EngineServices } from "../compose.ts"
import { dryRunLines, planned, removedLines } from "../show/prune-lines.ts"
import type { Failure } from "../show/explain.ts"
import type { Terminal } from "../terminal.ts"
import { define } from "./define.ts"
import { given, optionalOf } from "./read-values.ts"
import { badValue, Usage } from "./Usage.ts"

/** What all prune commands have been told. */
interface Told {
  readonly filter: ReadonlyArray<string>
  readonly force: boolean
  readonly dryRun: boolean
}

const everyKey: ReadonlyArray<PruneFilterKey> = ["until", "unused-for", "label", "label!"]

/** Plans, asks, removes what was planned and nothing else, and tells. */
const prune = (
  wish: PruneWish,
  warning: string,
  { dryRun, filter, force }: Told,
  terminal: Terminal,
  keys = everyKey
): Effect.Effect<number, Failure, EngineServices> =>
  Effect.gen(function* () {
    const filters = parsePruneFilters(filter, keys, terminal.now())
    if (!filters.ok)
      return yield* new Usage({ message: filters.problem, hint: "see --help for the filters", status: 1 })
    const filtered: PruneWish = { ...wish, filters: filters.value }
    const plan = yield* planPrune(filtered)
    if (dryRun) {
      terminal.out(dryRunLines(plan))
      return 0
    }
    const removed = (again?: PruneWish) =>
      Effect.gen(function* () {
        const gone = yield* carryOut(plan, again)
        // What is left of containers that never came to be has no name to be listed under.
        if (wish.containers === true) yield* Effect.ignoreLogged(sweepSteps)
        return removedLines(gone, { weightless: Object.keys(wish).every((key) => key === "networks") })
      })
    if (force) {
      terminal.out(yield* removed())
      return 0
    }
    const list = plan.remove.length === 0 ? ["Nothing would be removed."] : planned(plan.remove)
    const shown =
      filter.length === 0
        ? []
        : ["", "  Items to be pruned will be filtered with:", ...filter.map((each) => `  - ${each}`)]
    terminal.out(`${[`WARNING! ${warning}`, ...shown, "", ...list].join("\n")}\n`)
    if (!(yield* ask("Are you sure you want to continue? [y/N] ", terminal))) return 1
    terminal.out(yield* removed(filtered))
    return 0
  })

/** `gantry system prune`. */
export default define(systemTable, ({ options }, { terminal }) => {
  const { all, filter, volumes } = options
  if (volumes && filter.some((text) => text.startsWith("until="))) {
    return badValue('the "until" filter is not supported with "--volumes"', "volumes are not asked when they were made")
  }
  const warning = [
    "This will remove:",
    "  - all stopped containers",
    "  - all networks not used by at least one container",
    ...(volumes ? ["  - all anonymous volumes not used by at least one container"] : []),
    all ? "  - all images without at least one container associated to them" : "  - all dangling images",
    all ? "  - all build cache" : "  - unused build cache",
    all ? "  - all unfinished downloads" : "  - unfinished downloads older than a day"
  ].join("\n")
  return prune(
    {
      containers: true,
      networks: true,
      images: all ? "unused" : "dangling",
      cache: all ? "all" : "unshared",
      rule: "system prune",
      unfinished: all ? "all" : "old",
      ...(volumes ? { volumes: "anonymous" as const } : {})
    },
    warning,
    options,
    terminal
  )
})

/** `gantry image prune`. */
export const image = define(imageTable, ({ options }, { terminal }) =>
  prune(
    { images: options.all ? "unused" : "dangling" },
    options.all
      ? "This will remove all images without at least one container associated to them."
      : "This will remove all dangling images.",
    options,
    terminal
  )
)

/** `gantry container prune`. */
export const container = define(containerTable, ({ options }, { terminal }) =>
  prune({ containers: true }, "This will remove all stopped containers.", options, terminal)
)

/** `gantry volume prune`. */
export const volume = define(volumeTable, ({ options }, { terminal }) => {
  // Docker's other way to ask for all of them.
  const saysAll = (text: string): boolean => /^all=(?:1|t|true)$/i.test(text)
  const filteredAll = options.filter.find(saysAll)
  if (options.all && filteredAll !== undefined) {
    return badValue(`conflicting options: cannot specify both --all and --filter ${filteredAll}`)
  }
  const all = options.all || filteredAll !== undefined
  return prune(
    { volumes: all ? "all" : "anonymous" },
    all
      ? "This will remove all local volumes not used by at least one container."
      : "This will remove anonymous local volumes not used by at least one container.",
    { ...options, filter: options.filter.filter((text) => !saysAll(text)) },
    terminal,
    ["unused-for", "label", "label!"]
  )
})

/** `gantry network prune`. */
export const network = define(networkTable, ({ options }, { terminal }) =>
  prune(
    { networks: true },
    "This will remove all custom networks not used by at least one container.",
    options,
    terminal,
    ["until", "label", "label!"]
  )
)

/** What Docker's types of build cache, and ours, are here. What it keeps of sources and frontends is not kept at all. */
const cacheTypes: { readonly [type: string]: NonNullable<PruneWish["cacheKinds"]> } = {
  regular: ["record"],
  "exec.cachemount": ["mount"],
  mount: ["mount"],
  "source.local": [],
  "source.git.checkout": [],
  internal: [],
  frontend: []
}

/** The filters that only the build cache has, and the others. */
const cacheFilters = (filters: ReadonlyArray<string>) => {
  const valuesOf = (key: string) => filters.flatMap((text) => (text.startsWith(key) ? [text.slice(key.length)] : []))
  return {
    ids: valuesOf("id="),
    types: valuesOf("type="),
    others: filters.filter((text) => !text.startsWith("id=") && !text.startsWith("type="))
  }
}

/** `gantry builder prune`. */
export const builder = define(builderTable, ({ options }, { terminal }) =>
  Effect.gen(function* () {
    const { keepDuration } = options
    const limits = {
      ...given("reservedSpace", yield* optionalOf("--reserved-space", options.reservedSpace, parseBytes)),
      ...given("maxUsedSpace", yield* optionalOf("--max-used-space", options.maxUsedSpace, parseBytes)),
      ...given("minFreeSpace", yield* optionalOf("--min-free-space", options.minFreeSpace, parseBytes))
    }
    const { ids, others, types } = cacheFilters(options.filter)
    const cacheKinds = yield* Effect.forEach(types, (type) => {
      const kinds = cacheTypes[type]
      return kinds === undefined
        ? badValue(`invalid filter type=${type}`, `one of ${Object.keys(cacheTypes).join(", ")}`)
        : Effect.succeed(kinds)
    })
    const filter = [...others, ...(keepDuration === undefined ? [] : [`unused-for=${keepDuration}`])]
    // No room at all is none for records of layers that images have, either.
    const all = options.all || limits.maxUsedSpace === 0
    const wish: PruneWish = {
      cache: all ? "all" : "unshared",
      rule: keepDuration === undefined ? "builder prune" : "keep-duration",
      ...(Object.keys(limits).length === 0 ? {} : { limits }),
      ...(ids.length === 0 ? {} : { keys: ids.map((text) => text.replace(/^sha256:/, "")) }),
      ...(types.length === 0 ? {} : { cacheKinds: cacheKinds.flat() })
    }
    const warning = all ? "This will remove all build cache." : "This will remove all dangling build cache."
    return yield* prune(wish, warning, { ...options, filter }, terminal, ["until", "unused-for"])
  })
)
