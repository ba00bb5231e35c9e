import type { LockChange } from "@gantry/engine/lock/LockFile"
import type { Built } from "@gantry/engine/verbs/build"
import type { LockUpdate } from "@gantry/engine/verbs/update-lock"

/** A line for each input that is not what it was. */
export const lockLines = (changes: ReadonlyArray<LockChange>): string =>
  changes
    .map(({ before, input, now }) => {
      if (before === undefined) return `added    ${input} ${now}\n`
      return now === undefined ? `removed  ${input} ${before}\n` : `changed  ${input} ${before} → ${now}\n`
    })
    .join("")

/** The last line of `lock update`. */
export const lockSummary = ({ changes, inputs, path }: LockUpdate, dryRun: boolean): string => {
  const count = `${inputs.length} ${inputs.length === 1 ? "input" : "inputs"} from elsewhere`
  if (changes.length === 0) return `${path}: ${count}, nothing has changed\n`
  return `${path}: ${count}, ${changes.length} changed${dryRun ? "; nothing was written" : ""}\n`
}

/** What a build wrote into a lock file. */
export const grownLines = ({ changes, path }: NonNullable<Built["lock"]>): string =>
  `${lockLines(changes)}${path}: ${changes.length} ${changes.length === 1 ? "input" : "inputs"} written\n`
