import type { Command } from "../Command.ts"
import type { OptionTable } from "../Option.ts"
import { names } from "./names.ts"
import { trustOptions } from "./trust.ts"

/** `gantry login`. */
export const login = {
  ...names.login,
  usage: "[OPTIONS] [SERVER]",
  interspersed: true,
  operands: { min: 0, max: 1 },
  options: {
    username: { kind: "text", short: "u", about: "Name of the account" },
    password: { kind: "text", short: "p", about: "Password or access token; other users can see it on a command line" },
    passwordStdin: { kind: "flag", about: "Read the password from standard input" },
    ...trustOptions
  }
} as const satisfies Command

/** `gantry logout`. */
export const logout = {
  ...names.logout,
  usage: "[SERVER]",
  interspersed: true,
  operands: { min: 0, max: 1 },
  options: {} satisfies OptionTable
} as const satisfies Command
