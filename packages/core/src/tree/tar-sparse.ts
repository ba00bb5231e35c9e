import { numberField, paxNumber } from "./tar-numbers.ts"

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
