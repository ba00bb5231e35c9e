import type { Command } from "../Command.ts"
import type { OptionTable } from "../Option.ts"
import { names } from "./names.ts"

/** How a container becomes an image. */
export const committing = {
  author: { kind: "text", short: "a", about: "Who made it, as Name <mail>" },
  change: { kind: "list", short: "c", about: "Instruction of a Dockerfile that sets how the image runs" },
  message: { kind: "text", short: "m", about: "What history says of it" },
  pause: {
    kind: "flag",
    short: "p",
    fallback: true,
    about: "Let the container stand still meanwhile (default true)"
  }
} as const satisfies OptionTable

/** `gantry commit`. */
export const commit = {
  ...names.commit,
  usage: "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
  interspersed: true,
  operands: { min: 1, max: 2 },
  options: {
    allowSecretLeak: { kind: "flag", about: "Only warn when a secret of the container is found in the image" },
    ...committing,
    quiet: { kind: "flag", short: "q", about: "Say nothing of the progress, as always" }
  }
} as const satisfies Command

/** `gantry untag`. */
export const untag = {
  ...names.untag,
  usage: "IMAGE [NAME...]",
  interspersed: true,
  operands: { min: 1 },
  options: {} satisfies OptionTable
} as const satisfies Command
