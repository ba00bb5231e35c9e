import { readdirSync } from "node:fs"
import { join } from "node:path"
import { eventsName } from "../root-names.ts"

/**
 * The journal is files with rising numbers in one directory; the one with the highest number is written to. Nothing is
 * ever renamed, so processes need not agree on anything: whoever finds the newest file full begins the next one, and
 * takes the oldest away.
 */
export interface JournalLimits {
  /** Bytes after which a new file begins. */
  readonly maxBytes: number
  /** Files that are kept, the newest included. At least 2: somebody may just be writing into the last one. */
  readonly files: number
}

/** 16 MiB at most: the last fifty thousand events or so. */
export const journalLimits: JournalLimits = { maxBytes: 2 * 1024 * 1024, files: 8 }

/** The directory of an engine's journal. */
export const journalOf = (root: string): string => join(root, eventsName)

const nameForm = /^(\d{1,15})\.jsonl$/

/** The path of a file by its number. */
export const fileOf = (directory: string, number: number): string => `${directory}/${number}.jsonl`

/** The numbers of a journal's files, the oldest first; none when there is no journal. */
export const filesIn = (directory: string): ReadonlyArray<number> => {
  let names: ReadonlyArray<string>
  try {
    names = readdirSync(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return []
    throw error
  }
  return names
    .flatMap((name) => {
      const match = nameForm.exec(name)
      return match === null ? [] : [Number(match[1])]
    })
    .toSorted((a, b) => a - b)
}
