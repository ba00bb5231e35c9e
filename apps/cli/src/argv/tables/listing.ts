import type { Command } from "../Command.ts"
import { names } from "./names.ts"
import { objectFormat as format, plainFormat, tableOptions } from "./table-options.ts"

const filter = {
  kind: "list",
  pairs: true,
  short: "f",
  value: "filter",
  about: "Show only what matches, as key=value"
} as const

/** `gantry ps`. */
export const ps = {
  ...names.ps,
  usage: "[OPTIONS]",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: {
    all: { kind: "flag", short: "a", about: "Show stopped containers too" },
    filter,
    last: { kind: "number", short: "n", about: "Show the newest containers only, this many, running or not" },
    latest: { kind: "flag", short: "l", about: "Show the newest container only, running or not" },
    size: { kind: "flag", short: "s", about: "Show how much each container has written" },
    ...tableOptions
  }
} as const satisfies Command

/** `gantry images`. */
export const images = {
  ...names.images,
  usage: "[OPTIONS] [REPOSITORY[:TAG]]",
  interspersed: true,
  operands: { min: 0, max: 1 },
  options: {
    all: { kind: "flag", short: "a", about: "Show images without a name too" },
    digests: { kind: "flag", about: "Show digests" },
    filter: {
      ...filter,
      about: "Show only what matches: dangling=true, label=x, reference=x/*, before=IMAGE, since=IMAGE, until=24h"
    },
    tree: { kind: "flag", about: "Show platforms, the layers of each, and who else has them" },
    unique: { kind: "flag", about: "Show each image once, by the first of its names" },
    ...tableOptions
  }
} as const satisfies Command

/** `gantry history`. */
export const history = {
  ...names.history,
  usage: "[OPTIONS] IMAGE",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: {
    human: { kind: "flag", short: "H", fallback: true, about: "Sizes and dates for people (default true)" },
    platform: { kind: "text", about: "Platform of the image, as os/arch[/variant]" },
    ...tableOptions
  }
} as const satisfies Command

/** `gantry layers`. */
export const layers = {
  ...names.layers,
  usage: "[OPTIONS] IMAGE",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: {
    files: { kind: "flag", about: "List the files too, with A for added, C for changed, D for removed" },
    format: plainFormat,
    json: { kind: "flag", about: "Print all of it as JSON, files included" },
    noTrunc: { kind: "flag", about: "Do not shorten what is shown" }
  }
} as const satisfies Command

const size = { kind: "flag", short: "s", about: "Count what each container has written" } as const
const platform = { kind: "text", about: "Platform of the image, as os/arch[/variant]" } as const

/** `gantry inspect`. */
export const inspect = {
  ...names.inspect,
  usage: "[OPTIONS] NAME|ID [NAME|ID...]",
  interspersed: true,
  operands: { min: 1 },
  options: {
    format,
    size,
    type: { kind: "text", about: 'Look only for a "container", "image", "network" or "volume"' }
  }
} as const satisfies Command

/** `gantry container inspect`. */
export const containerInspect = {
  ...names.containerInspect,
  usage: "[OPTIONS] CONTAINER [CONTAINER...]",
  interspersed: true,
  operands: { min: 1 },
  options: { format, size }
} as const satisfies Command

/** `gantry image inspect`. */
export const imageInspect = {
  ...names.imageInspect,
  usage: "[OPTIONS] IMAGE [IMAGE...]",
  interspersed: true,
  operands: { min: 1 },
  options: { format, platform }
} as const satisfies Command

/** `gantry version`. */
export const version = {
  ...names.version,
  usage: "[OPTIONS]",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: { format }
} as const satisfies Command
