import type { Command } from "../Command.ts"
import { names } from "./names.ts"

/** `gantry system reset`. */
export const reset = {
  ...names.reset,
  usage: "[OPTIONS]",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: {
    dryRun: { kind: "flag", about: "Say what would be removed, and remove nothing" },
    force: { kind: "flag", short: "f", about: "Do not ask" }
  }
} as const satisfies Command

/** `gantry system reconcile`. */
export const reconcile = {
  ...names.reconcile,
  usage: "[OPTIONS]",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: {
    dryRun: { kind: "flag", about: "Say what would be done, and do nothing" },
    start: { kind: "flag", about: "Start the containers that their restart policy wants to run" }
  }
} as const satisfies Command

/** `gantry unit`. */
export const unit = {
  ...names.unit,
  usage: "[OPTIONS] CONTAINER | --all",
  interspersed: true,
  operands: { min: 0, max: 1 },
  options: {
    all: { kind: "flag", about: "Start all that their restart policy wants to run" },
    user: { kind: "flag", about: "For the user's own systemd" }
  }
} as const satisfies Command
