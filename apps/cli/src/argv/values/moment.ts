import { good, type Result } from "../Result.ts"
import { parseInstant } from "./instant.ts"
import { parseLongDuration } from "./long-duration.ts"

/** Reads `until` of filters: an instant, or a duration before now that may have days and weeks. Milliseconds since 1970. */
export const parseMoment = (text: string, now: number): Result<number> => {
  const duration = parseLongDuration(text)
  if (duration.ok) return good(now - duration.value)
  const instant = parseInstant(text, BigInt(now) * 1_000_000n)
  return instant.ok ? good(Number(instant.value / 1_000_000n)) : instant
}
