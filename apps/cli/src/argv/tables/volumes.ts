import type { Command } from "../Command.ts"
import { names } from "./names.ts"
import { objectFormat, tableFormat } from "./table-options.ts"

/** `gantry volume create`. */
export const volumeCreate = {
  ...names.volumeCreate,
  usage: "[OPTIONS] [VOLUME]",
  interspersed: true,
  operands: { min: 0, max: 1 },
  options: {
    driver: { kind: "text", short: "d", about: "Where the volume is kept: local, which is the only place" },
    label: { kind: "list", about: "Label of the volume" },
    name: { kind: "text", about: "Name of the volume", ignored: "give the name after the options" },
    opt: { kind: "list", short: "o", about: "Option of the driver", supported: false }
  }
} as const satisfies Command

/** `gantry volume export`. */
export const volumeExport = {
  ...names.volumeExport,
  usage: "[OPTIONS] VOLUME",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: { output: { kind: "text", short: "o", about: "File to write to, instead of standard output" } }
} as const satisfies Command

/** `gantry volume import`. */
export const volumeImport = {
  ...names.volumeImport,
  usage: "VOLUME [FILE|-]",
  interspersed: true,
  operands: { min: 1, max: 2 },
  options: {}
} as const satisfies Command

/** `gantry volume inspect`. */
export const volumeInspect = {
  ...names.volumeInspect,
  usage: "[OPTIONS] VOLUME [VOLUME...]",
  interspersed: true,
  operands: { min: 1 },
  options: { format: objectFormat }
} as const satisfies Command

/** `gantry volume ls`. */
export const volumeLs = {
  ...names.volumeLs,
  usage: "[OPTIONS]",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: {
    filter: {
      kind: "list",
      pairs: true,
      short: "f",
      value: "filter",
      about: "Show only what matches: dangling=true, driver=local, label=x, name=x"
    },
    format: tableFormat,
    quiet: { kind: "flag", short: "q", about: "Print only names" }
  }
} as const satisfies Command

/** `gantry volume rm`. */
export const volumeRm = {
  ...names.volumeRm,
  usage: "[OPTIONS] VOLUME [VOLUME...]",
  interspersed: true,
  operands: { min: 1 },
  options: { force: { kind: "flag", short: "f", about: "Succeed when there is no such volume" } }
} as const satisfies Command
