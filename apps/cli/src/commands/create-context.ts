import { readFileSync } from "node:fs"
import { capabilitiesOfBits } from "@gantry/linux/capabilities"
import type { CreateContext } from "@gantry/engine/verbs/create"
import { randomName } from "../show/random-name.ts"
import type { Terminal } from "../terminal.ts"

/** The capabilities this process may give away: its bounding set. */
const bounding = (): ReadonlyArray<string> => {
  const line = readFileSync("/proc/self/status", "utf8")
    .split("\n")
    .find((each) => each.startsWith("CapBnd:"))
  const bits = BigInt(`0x${line?.slice("CapBnd:".length).trim() ?? "0"}`)
  return capabilitiesOfBits(bits).map((name) => name.slice("CAP_".length))
}

/** Names from our own words, and what the kernel lets us give. */
export const createContext = (terminal: Terminal): CreateContext => {
  let attempt = -1
  return {
    suggestName: () => {
      attempt++
      return randomName(terminal.random(), terminal.random(), attempt < 5 ? 0 : attempt)
    },
    allCapabilities: bounding(),
    warn: (text) => terminal.err(`WARNING: ${text}\n`)
  }
}
