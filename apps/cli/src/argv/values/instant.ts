import { bad, good, type Result } from "../Result.ts"
import { readDuration } from "@gantry/core/duration"

const perSecond = 1_000_000_000n

/**
 * Reads `--since` and `--until`: RFC 3339, a date with or without time and zone, seconds since 1970 with an optional
 * fraction, or a duration before now. Without a zone the caller's is meant.
 *
 * `now` and the result are nanoseconds since 1970, so that they compare with log timestamps.
 */
export const parseInstant = (text: string, now: bigint): Result<bigint> => {
  const seconds = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?$/.exec(text)
  if (seconds !== null) {
    const [, sign = "", whole = "", fraction = ""] = seconds
    const instant = BigInt(whole) * perSecond + nanos(fraction)
    return good(sign === "-" ? -instant : instant)
  }
  const duration = readDuration(text)
  if (duration.ok) return good(now - duration.value)
  return parseDate(text)
}

const dateForm = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?)?([Zz]|[-+]\d\d:\d\d)?$/

const parseDate = (text: string): Result<bigint> => {
  const invalid = bad(`invalid value for "${text}": it is neither a time, nor a date, nor a duration such as 1h30m`)
  const match = dateForm.exec(text)
  if (match === null) return invalid
  const [, year = "", month = "", day = "", hour = "00", minute = "00", second = "00", fraction = "", zone = ""] = match
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return invalid
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  // A day that the month does not have would silently become one of the next month.
  if (new Date(`${written}Z`).toJSON()?.slice(0, 10) !== written.slice(0, 10)) return invalid
  const millis = new Date(written + zone.toUpperCase()).getTime()
  return Number.isNaN(millis) ? invalid : good(BigInt(millis) * 1_000_000n + nanos(fraction))
}

const nanos = (fraction: string): bigint => BigInt(fraction.padEnd(9, "0"))
