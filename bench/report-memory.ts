import { inRepository } from "../scripts/repository.ts"
import type { Bench } from "./bench.ts"
import type { Contestant } from "./side-by-side.ts"

/** Runs a command of ours once and prints how much memory its processes have had at most. */
export const reportMemory = (what: string, { argv, env }: Contestant, quiet: Bench["quiet"]): void => {
  const watched = [process.execPath, inRepository("bench/peak-memory.ts"), ...argv]
  const { largest, together } = JSON.parse(quiet({ argv: watched, ...(env === undefined ? {} : { env }) })) as {
    readonly largest: number
    readonly together: number
  }
  console.log(
    `  ${what}: the largest process of gantry had ${largest.toFixed(0)} MB, all of them ${together.toFixed(0)} MB of their own`
  )
}
