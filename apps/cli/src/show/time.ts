const perSecond = 1_000_000_000n

/** A length of time in seconds the way people say it: `12 seconds`, `About a minute`, `3 weeks`. */
export const humanDuration = (seconds: number): string => {
  const whole = Math.floor(seconds)
  if (whole < 1) return "Less than a second"
  if (whole === 1) return "1 second"
  if (whole < 60) return `${whole} seconds`
  const minutes = Math.floor(whole / 60)
  if (minutes === 1) return "About a minute"
  if (minutes < 60) return `${minutes} minutes`
  // Hours are rounded; everything above is cut.
  const hours = Math.floor(seconds / 3600 + 0.5)
  if (hours === 1) return "About an hour"
  if (hours < 48) return `${hours} hours`
  const days = Math.floor(hours / 24)
  if (days < 14) return `${days} days`
  if (days < 60) return `${Math.floor(days / 7)} weeks`
  if (days < 730) return `${Math.floor(days / 30)} months`
  return `${Math.floor(Math.floor(seconds / 3600) / 24 / 365)} years`
}

/** How long before `now` something happened, both in milliseconds since 1970. */
export const ago = (then: number, now: number): string => `${humanDuration((now - then) / 1000)} ago`

/** Nanoseconds since 1970 in UTC with all nine digits, as log lines begin. Spec: RFC 3339, 5.6. */
export const rfc3339Nano = (nanos: bigint): string => {
  const second = nanos / perSecond - (nanos % perSecond < 0n ? 1n : 0n)
  const fraction = nanos - second * perSecond
  return `${new Date(Number(second) * 1000).toISOString().slice(0, 19)}.${fraction.toString().padStart(9, "0")}Z`
}

/** The same without trailing zeros, as `inspect` shows times. */
export const rfc3339 = (nanos: bigint): string => rfc3339Nano(nanos).replace(/\.?0*Z$/, "Z")

/** Milliseconds since 1970, in the same form. */
export const rfc3339Of = (millis: number): string => rfc3339(BigInt(Math.trunc(millis)) * 1_000_000n)

/**
 * Milliseconds since 1970 as listings show them: `2026-01-02 15:04:05 +0000 UTC`.
 *
 * `offset` is the zone's distance from UTC in minutes, east positive; it defaults to the caller's at that time.
 */
export const createdAt = (millis: number, offset = -new Date(millis).getTimezoneOffset()): string => {
  const shifted = new Date(millis + offset * 60_000).toISOString()
  const size = Math.abs(offset)
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${two(size % 60)}`
  return `${shifted.slice(0, 10)} ${shifted.slice(11, 19)} ${zone} ${offset === 0 ? "UTC" : zone}`
}

/**
 * Milliseconds since 1970 with nine digits of a second and the zone, as lines of events begin. Spec: RFC 3339, 5.6.
 *
 * `offset` as in {@link createdAt}.
 */
export const localRfc3339Nano = (millis: number, offset = -new Date(millis).getTimezoneOffset()): string => {
  const shifted = new Date(millis + offset * 60_000).toISOString()
  const size = Math.abs(offset)
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`
  return `${shifted.replace(/Z$/, "")}000000${offset === 0 ? "Z" : zone}`
}

const two = (number: number): string => number.toString().padStart(2, "0")
