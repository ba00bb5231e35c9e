import { type BigIntStats, lstatSync, readdirSync } from "node:fs"
import { setImmediate } from "node:timers/promises"
import { errorCode } from "./error-code.ts"

/** Bytes in a block as `st_blocks` counts them. Spec: stat(2). */
const blockSize = 512n

/** Entries after which others get their turn. */
const turn = 4096

/** What a place on the disk takes. */
export interface Measured {
  /** Whole blocks, directories included. */
  readonly bytes: number
  /** Milliseconds since 1970 when the place itself, not what is in it, changed last. */
  readonly changedAt: number
}

const statOf = (path: string): BigIntStats | undefined => lstatSync(path, { bigint: true, throwIfNoEntry: false })

/** Adds up the disk blocks below places, as `du` does: what has several names is counted with the first that is met. */
export const makeMeasure = () => {
  const seen = new Set<string>()
  let met = 0

  const own = (stat: BigIntStats): number => {
    if (stat.nlink > 1n && !stat.isDirectory()) {
      const name = `${stat.dev}:${stat.ino}`
      if (seen.has(name)) return 0
      seen.add(name)
    }
    return Number(stat.blocks * blockSize)
  }

  const below = async (directory: string): Promise<number> => {
    let bytes = 0
    for (const name of namesIn(directory)) {
      const path = `${directory}/${name}`
      const stat = statOf(path)
      if (stat === undefined) continue
      bytes += own(stat)
      if (++met % turn === 0) await setImmediate()
      if (stat.isDirectory()) bytes += await below(path)
    }
    return bytes
  }

  /** A place with everything in it, or by itself; undefined when there is none. */
  return async (path: string, how: "whole" | "itself"): Promise<Measured | undefined> => {
    const stat = statOf(path)
    if (stat === undefined) return undefined
    const inside = how === "whole" && stat.isDirectory() ? await below(path) : 0
    return { bytes: own(stat) + inside, changedAt: Number(stat.mtimeMs) }
  }
}

/** Names in a directory; none when it is gone or is no directory. */
export const namesIn = (directory: string): ReadonlyArray<string> => {
  try {
    return readdirSync(directory)
  } catch (cause) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(cause) ?? "")) return []
    throw cause
  }
}
