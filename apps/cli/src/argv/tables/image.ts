import type { Command } from "../Command.ts"
import type { OptionTable } from "../Option.ts"
import { names } from "./names.ts"
import { trustOptions } from "./trust.ts"

const verified = "digests are always verified"

/** `gantry pull`. */
export const pull = {
  ...names.pull,
  usage: "[OPTIONS] NAME[:TAG|@DIGEST] [NAME...]",
  interspersed: true,
  operands: { min: 1 },
  options: {
    allTags: { kind: "flag", short: "a", about: "All tags of the repository" },
    platform: { kind: "text", about: "Platform of the image, as os/arch[/variant]" },
    quiet: { kind: "flag", short: "q", about: "Print only the image's name" },
    ...trustOptions,
    disableContentTrust: { kind: "flag", fallback: true, about: "Skip verification", ignored: verified }
  }
} as const satisfies Command

/** `gantry rmi`. */
export const rmi = {
  ...names.rmi,
  usage: "[OPTIONS] IMAGE [IMAGE...]",
  interspersed: true,
  operands: { min: 1 },
  options: {
    force: { kind: "flag", short: "f", about: "Remove the image even when a stopped container uses it" },
    noPrune: {
      kind: "flag",
      about: "Keep parents without a name",
      ignored: "images have no parents that would go too"
    },
    platform: {
      kind: "list",
      value: "platform",
      about: "Remove only this platform of an image for several, as os/arch[/variant]"
    }
  }
} as const satisfies Command

/** `gantry tag`. */
export const tag = {
  ...names.tag,
  usage: "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
  interspersed: true,
  operands: { min: 2, max: 2 },
  options: {} satisfies OptionTable
} as const satisfies Command
