import { randomBytes } from "node:crypto"
import { openSync, rmSync } from "node:fs"
import { join } from "node:path"
import { closeQuietly, readAt, writeAll } from "./descriptor-io.ts"
import type { Readable } from "./Place.ts"

/** Bytes that belong to one writer at a time, so that several can append side by side. */
const regionSize = 4 * 1024 * 1024

interface Region {
  readonly at: number
  used: number
}

/** Bytes in the making, in a spool. */
export interface Spooled extends Readable {
  readonly append: (chunk: Uint8Array) => Promise<void>
}

/** A temporary file without a name: it is gone when the program ends, however it ends. */
export interface Spool {
  readonly begin: () => Spooled
  readonly close: () => Promise<void>
}

/** Opens a spool on the file system of a directory. */
export const openSpool = (directory: string): Spool => {
  const path = join(directory, `.gantry-spool-${randomBytes(8).toString("hex")}`)
  const file = openSync(path, "wx+", 0o600)
  rmSync(path)
  let end = 0
  return {
    close: () => closeQuietly(file),
    begin: () => {
      const regions: Array<Region> = []
      let size = 0
      const append = async (chunk: Uint8Array): Promise<void> => {
        for (let done = 0; done < chunk.length;) {
          let region = regions.at(-1)
          if (region === undefined || region.used === regionSize) {
            region = { at: end, used: 0 }
            end += regionSize
            regions.push(region)
          }
          const count = Math.min(chunk.length - done, regionSize - region.used)
          await writeAll(file, chunk.subarray(done, done + count), region.at + region.used)
          region.used += count
          size += count
          done += count
        }
      }
      return {
        append,
        get size() {
          return size
        },
        read: (at, length) => {
          const region = regions[Math.floor(at / regionSize)]
          const inside = at % regionSize
          if (region === undefined || inside >= region.used) return Promise.resolve(new Uint8Array())
          return readAt(file, region.at + inside, Math.min(length, region.used - inside))
        }
      }
    }
  }
}
