/** Nanoseconds in each unit. */
const units = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  // The micro sign and the Greek letter look alike, and both are typed.
  ["\u00b5s", 1_000n],
  ["\u03bcs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n]
])

/** The longest that Go's durations can be: a signed 64-bit count of nanoseconds, about 292 years. */
const longest = 2n ** 63n - 1n

/** Nanoseconds, or why a text is no duration, in Go's words. */
export type DurationRead =
  | { readonly ok: true; readonly value: bigint }
  | { readonly ok: false; readonly problem: string }

/** Reads a duration as Go writes it: `1h30m`, `1.5s`, `-10ms`, `0`. */
export const readDuration = (text: string): DurationRead => {
  const wrong = (what: string) =>
    ({ ok: false, problem: `time: ${what} duration ${JSON.stringify(text)}` }) satisfies DurationRead
  const sign = /^[-+]/.exec(text)?.[0] ?? ""
  let rest = text.slice(sign.length)
  if (rest === "0") return { ok: true, value: 0n }
  if (rest === "") return wrong("invalid")
  let total = 0n
  while (rest !== "") {
    const match = /^(\d*)(?:\.(\d*))?([^\d.]*)/.exec(rest)
    const [whole = "", integer = "", fraction = "", unitName = ""] = match ?? []
    if (integer === "" && fraction === "") return wrong("invalid")
    if (unitName === "") return wrong("missing unit in")
    const unit = units.get(unitName)
    if (unit === undefined) return wrong(`unknown unit ${JSON.stringify(unitName)} in`)
    const shown = fraction.slice(0, 18)
    total += BigInt(integer || "0") * unit + (BigInt(shown || "0") * unit) / 10n ** BigInt(shown.length)
    if (total > longest) return wrong("invalid")
    rest = rest.slice(whole.length)
  }
  return { ok: true, value: sign === "-" ? -total : total }
}

/** The same as a number of nanoseconds; none if it is no duration, or too long to be counted exactly. */
export const parseDuration = (text: string): number | undefined => {
  const read = readDuration(text)
  const value = read.ok ? Number(read.value) : undefined
  return Number.isSafeInteger(value) ? value : undefined
}
