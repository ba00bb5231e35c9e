import type { Command } from "../Command.ts"
import type { OptionTable } from "../Option.ts"
import { names } from "./names.ts"
import { plainFormat, tableFormat } from "./table-options.ts"

const filterOf = (keys: string) =>
  ({ kind: "list", pairs: true, value: "filter", about: `Remove only what matches: ${keys}` }) as const
const usual = filterOf("until=24h, unused-for=30d, label=x, label!=x")

const pruneOptions = {
  dryRun: { kind: "flag", about: "Say what would be removed and why the rest is kept, and remove nothing" },
  force: { kind: "flag", short: "f", about: "Do not ask" }
} as const satisfies OptionTable

const plain = { usage: "[OPTIONS]", interspersed: true, operands: { min: 0, max: 0 } } as const

/** `gantry system prune`. */
export const systemPrune = {
  ...names.systemPrune,
  ...plain,
  options: {
    all: {
      kind: "flag",
      short: "a",
      about: "Images without a container, all of the build cache, all unfinished pulls"
    },
    filter: usual,
    volumes: { kind: "flag", about: "Anonymous volumes that no container mounts, too" },
    ...pruneOptions
  }
} as const satisfies Command

/** `gantry image prune`. */
export const imagePrune = {
  ...names.imagePrune,
  ...plain,
  options: {
    all: { kind: "flag", short: "a", about: "Images without a container, not only those without a name" },
    filter: usual,
    ...pruneOptions
  }
} as const satisfies Command

/** `gantry container prune`. */
export const containerPrune = {
  ...names.containerPrune,
  ...plain,
  options: { filter: usual, ...pruneOptions }
} as const satisfies Command

/** `gantry volume prune`. */
export const volumePrune = {
  ...names.volumePrune,
  ...plain,
  options: {
    all: { kind: "flag", short: "a", about: "Volumes with a name, too" },
    filter: filterOf("unused-for=30d, label=x, label!=x"),
    ...pruneOptions
  }
} as const satisfies Command

/** `gantry network prune`. */
export const networkPrune = {
  ...names.networkPrune,
  ...plain,
  options: { filter: filterOf("until=24h, label=x, label!=x"), ...pruneOptions }
} as const satisfies Command

/** `gantry builder prune`. */
export const builderPrune = {
  ...names.builderPrune,
  ...plain,
  options: {
    all: { kind: "flag", short: "a", about: "Records whose layers images have, too" },
    filter: filterOf("until=24h, unused-for=30d, id=x, type=regular|exec.cachemount"),
    keepDuration: { kind: "text", value: "duration", about: "Keep what was used within this time" },
    reservedSpace: { kind: "text", value: "bytes", also: ["keep-storage"], about: "Keep so much in any case" },
    maxUsedSpace: { kind: "text", value: "bytes", about: "Remove until the cache takes no more than this" },
    minFreeSpace: { kind: "text", value: "bytes", about: "Remove until so much of the disk is free" },
    verbose: { kind: "flag", about: "More words", ignored: "everything that was removed is listed anyway" },
    ...pruneOptions
  }
} as const satisfies Command

/** `gantry builder du`. */
export const builderDu = {
  ...names.builderDu,
  ...plain,
  options: {
    filter: {
      kind: "list",
      value: "filter",
      about:
        "Show only what matches: id=x, kind=layer|settings|mount, inuse, shared, private, reclaimable, until=24h, unused-for=30d"
    },
    format: tableFormat,
    verbose: { kind: "flag", short: "v", about: "All that is known of each record" }
  }
} as const satisfies Command

/** `gantry system df`. */
export const systemDf = {
  ...names.systemDf,
  ...plain,
  options: {
    format: tableFormat,
    verbose: { kind: "flag", short: "v", about: "Each image, container, volume and build record" }
  }
} as const satisfies Command

/** `gantry check`. */
export const check = {
  ...names.check,
  ...plain,
  options: {
    force: {
      kind: "flag",
      short: "f",
      about: "With --repair: remove what is not gantry's from its root directory, too"
    },
    format: plainFormat,
    json: { kind: "flag", about: "Print what was found as JSON" },
    quick: { kind: "flag", about: "Do not read the files of layers" },
    repair: { kind: "flag", about: "Put right what can be put right" }
  }
} as const satisfies Command
