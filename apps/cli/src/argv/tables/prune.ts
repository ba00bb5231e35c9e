import type { Command } from "../Command.ts"
import type { OptionTable } from "../Option.ts"
import { names } from "./names.ts"

const filterOf = (keys: string) =>
  ({ kind: "list", value: "filter", about: `Remove only what matches: ${keys}` }) as const
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

/** `gantry builder prune`. */
export const builderPrune = {
  ...names.builderPrune,
  ...plain,
  options: {
    all: { kind: "flag", short: "a", about: "Records whose layers images have, too" },
    filter: filterOf("until=24h, unused-for=30d"),
    ...pruneOptions
  }
} as const satisfies Command

/** `gantry system df`. */
export const systemDf = {
  ...names.systemDf,
  ...plain,
  options: {
    format: { kind: "text", about: '"json", a Go template, "table" or "table" and a Go template' },
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
    json: { kind: "flag", about: "Print what was found as JSON" },
    quick: { kind: "flag", about: "Do not read the files of layers" },
    repair: { kind: "flag", about: "Put right what can be put right" }
  }
} as const satisfies Command
