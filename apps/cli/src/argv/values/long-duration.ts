import { bad, good, type Result } from "../Result.ts"
import { readDuration } from "@gantry/core/duration"

const hour = 60 * 60 * 1000
const units = { w: 7 * 24 * hour, d: 24 * hour } as const

/** Reads a duration as Go writes it, with weeks and days before the rest: `30d`, `1w2d12h`. Milliseconds, not negative. */
export const parseLongDuration = (text: string): Result<number> => {
  const invalid = bad(`invalid duration ${JSON.stringify(text)}: write it like 30s, 12h or 2w`)
  const match = /^(?:(\d+)w)?(?:(\d+)d)?(.*)$/.exec(text)
  const [, weeks, days, rest = ""] = match ?? []
  if (text === "") return invalid
  const long = Number(weeks ?? 0) * units.w + Number(days ?? 0) * units.d
  if (rest === "") return weeks === undefined && days === undefined ? invalid : good(long)
  const short = readDuration(rest)
  if (!short.ok || short.value < 0n) return invalid
  return good(long + Number(short.value / 1_000_000n))
}
