import { numberField, paxNumber } from "./tar-numbers.ts"
import { Stop } from "./tar-problem.ts"

/** A run of bytes that a sparse file really has. */
export interface Region {
  readonly offset: number
  readonly size: number
}

/** Most regions that are read. */
export const regionLimit = 100_000

/** Regions in the order of the file that neither overlap nor pass its end, and hold as many bytes as the archive does. */
export const regionsFit = (regions: ReadonlyArray<Region>, size: number, stored: number): boolean => {
  let end = 0
  let bytes = 0
  for (const region of regions) {
    if (region.offset < end) return false
    end = region.offset + region.size
    bytes += region.size
  }
  return end <= size && bytes === stored && Number.isSafeInteger(end)
}

/** Regions listed in a header or extension block of the old GNU format. None when one is malformed. */
export const gnuRegions = (block: Buffer, at: number, count: number): Array<Region> | undefined => {
  const regions: Array<Region> = []
  for (let index = 0; index < count; index++) {
    const start = at + index * 24
    if (block[start] === 0) break
    const offset = numberField(block, start, 12)
    const size = numberField(block, start + 12, 12)
    if (offset === undefined || size === undefined || offset < 0 || size < 0) return undefined
    regions.push({ offset, size })
  }
  return regions
}

/** Regions of PAX sparse formats 0.0 and 0.1: numbers in turn. None when malformed. */
export const paxRegions = (numbers: ReadonlyArray<string>): Array<Region> | undefined => {
  const regions: Array<Region> = []
  if (numbers.length % 2 !== 0 || numbers.length > 2 * regionLimit) return undefined
  for (let index = 0; index < numbers.length; index += 2) {
    const offset = paxNumber(numbers[index] ?? "")
    const size = paxNumber(numbers[index + 1] ?? "")
    if (offset === undefined || size === undefined) return undefined
    regions.push({ offset, size })
  }
  return regions
}

/** The numbers of the 0.0 sparse format, in order: the only records whose keys repeat. The content was checked before. */
export const repeatedNumbers = (content: Buffer): Array<string> => {
  const numbers: Array<string> = []
  for (const line of content.toString("latin1").split("\n")) {
    const found = /^\d+ GNU\.sparse\.(?:offset|numbytes)=(\d+)$/.exec(line)
    if (found?.[1] !== undefined) numbers.push(found[1])
  }
  return numbers
}

/** Most digits of a number in a sparse file's map: leading zeros are allowed, and 2^64 has twenty. */
const numberLimit = 64

const malformed = "a sparse file with a malformed map"

/** Refuses more regions than are read. Throws {@link Stop}. */
export const limitRegions = (count: number, offset: number): void => {
  if (count > regionLimit) throw new Stop({ reason: "TooLong", offset, why: "a sparse file with too many regions" })
}

/**
 * Reads the map that precedes the content in the 1.0 format, block by block: decimal numbers, one a line, the count
 * first. Gives the regions when it has all of them. Throws {@link Stop}.
 */
export const frontMap = (): ((block: Buffer, offset: number) => Array<Region> | undefined) => {
  const numbers: Array<string> = []
  let digits = ""
  return (block, offset) => {
    const stop = (): never => {
      throw new Stop({ reason: "Malformed", offset, why: malformed })
    }
    const lines = (digits + block.toString("latin1").replace(/\0+$/, "")).split("\n")
    digits = lines.pop() ?? ""
    // Digits that never end would be looked through again with each block.
    if (digits.length > numberLimit) stop()
    numbers.push(...lines)
    const count = paxNumber(numbers[0] ?? "") ?? stop()
    limitRegions(count, offset)
    if (numbers.length < 1 + 2 * count) return undefined
    return paxRegions(numbers.slice(1, 1 + 2 * count)) ?? stop()
  }
}

/** Puts what is stored of a sparse file into its place. */
export interface SparseBody {
  readonly take: (piece: Buffer) => void
  /** All that is stored has been taken: the hole at the end is left. */
  readonly end: () => void
}

/** The body of a sparse file of a size. Throws {@link Stop} when the regions are not those of such a file. */
export const sparseBody = (
  all: ReadonlyArray<Region>,
  { offset, size, stored }: { readonly size: number; readonly stored: number; readonly offset: number },
  to: { readonly data: (piece: Buffer) => void; readonly hole: (bytes: number) => void }
): SparseBody => {
  const regions = all.filter((region) => region.size > 0)
  if (!regionsFit(regions, size, stored)) {
    throw new Stop({ reason: "Malformed", offset, why: "a sparse file whose map does not fit its size" })
  }
  let index = 0
  let position = 0
  return {
    take: (piece) => {
      let at = 0
      while (at < piece.length) {
        const region = regions[index]
        if (region === undefined) return
        if (position < region.offset) {
          to.hole(region.offset - position)
          position = region.offset
        }
        const count = Math.min(piece.length - at, region.offset + region.size - position)
        to.data(piece.subarray(at, at + count))
        position += count
        at += count
        if (position === region.offset + region.size) index += 1
      }
    },
    end: () => {
      if (position < size) to.hole(size - position)
    }
  }
}
