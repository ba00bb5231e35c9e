import type { Command } from "../Command.ts"
import type { FlagOption, OptionTable } from "../Option.ts"
import { names } from "./names.ts"
import { plainFormat } from "./table-options.ts"
import { trustOptions } from "./trust.ts"

const insecure = {
  kind: "flag",
  about: "Do not verify certificates of registries, and try plain HTTP"
} as const satisfies FlagOption

/** `gantry manifest create`. */
export const manifestCreate = {
  ...names.manifestCreate,
  usage: "MANIFEST_LIST MANIFEST [MANIFEST...]",
  interspersed: true,
  operands: { min: 2 },
  options: { amend: { kind: "flag", short: "a", about: "Add to a list that is there" }, insecure }
} as const satisfies Command

/** `gantry manifest annotate`. */
export const manifestAnnotate = {
  ...names.manifestAnnotate,
  usage: "[OPTIONS] MANIFEST_LIST MANIFEST",
  interspersed: true,
  operands: { min: 2, max: 2 },
  options: {
    arch: { kind: "text", about: "Architecture, in Go's words, such as arm64" },
    os: { kind: "text", about: "Operating system" },
    osFeatures: { kind: "list", about: "Features that it needs of the operating system, separated by commas" },
    osVersion: { kind: "text", about: "Version of the operating system" },
    variant: { kind: "text", about: "Variant of the architecture, such as v7" }
  }
} as const satisfies Command

/** `gantry manifest inspect`. */
export const manifestInspect = {
  ...names.manifestInspect,
  usage: "[OPTIONS] [MANIFEST_LIST] MANIFEST",
  interspersed: true,
  operands: { min: 1, max: 2 },
  options: {
    insecure,
    verbose: { kind: "flag", short: "v", about: "Show name, digest and platform of each manifest, and its layers" }
  }
} as const satisfies Command

/** `gantry manifest push`. */
export const manifestPush = {
  ...names.manifestPush,
  usage: "[OPTIONS] MANIFEST_LIST",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: { insecure, purge: { kind: "flag", short: "p", about: "Remove the list that is kept here afterwards" } }
} as const satisfies Command

/** `gantry manifest rm`. */
export const manifestRm = {
  ...names.manifestRm,
  usage: "MANIFEST_LIST [MANIFEST_LIST...]",
  interspersed: true,
  operands: { min: 1 },
  options: {} satisfies OptionTable
} as const satisfies Command

const builder = { kind: "text", about: "Builder to use", ignored: "there is one builder" } as const

/** `gantry buildx imagetools create`. */
export const imagetoolsCreate = {
  ...names.imagetoolsCreate,
  usage: "[OPTIONS] [SOURCE...]",
  interspersed: true,
  operands: { min: 0 },
  options: {
    annotation: { kind: "list", about: "Annotation, as index:name=value or manifest-descriptor[platform]:name=value" },
    append: { kind: "flag", about: "Add to what the first name of the new image has already" },
    dryRun: { kind: "flag", about: "Show the new image and push nothing" },
    file: { kind: "list", short: "f", about: "File with a source, such as a descriptor" },
    preferIndex: {
      kind: "flag",
      fallback: true,
      about: "Put a single image into an index; with =false it is copied as it is"
    },
    progress: { kind: "text", about: 'How progress looks ("auto", "plain", "tty", "rawjson", "quiet", "none")' },
    tag: { kind: "list", short: "t", about: "Name of the new image" },
    ...trustOptions,
    builder
  }
} as const satisfies Command

/** `gantry buildx imagetools inspect`. */
export const imagetoolsInspect = {
  ...names.imagetoolsInspect,
  usage: "[OPTIONS] NAME",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: {
    format: plainFormat,
    raw: { kind: "flag", about: "Show the manifest or index byte for byte" },
    ...trustOptions,
    builder
  }
} as const satisfies Command
