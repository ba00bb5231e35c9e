import { bad, good, type Result } from "../Result.ts"

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

/** Reads a duration as Go writes it: `1h30m`, `1.5s`, `-10ms`, `0`. The result is nanoseconds. */
export const parseDuration = (text: string): Result<bigint> => {
  const invalid = bad(`time: invalid duration ${JSON.stringify(text)}`)
  const sign = /^[-+]/.exec(text)?.[0] ?? ""
  let rest = text.slice(sign.length)
  if (rest === "0") return good(0n)
  if (rest === "") return invalid
  let total = 0n
  while (rest !== "") {
    const match = /^(\d*)(?:\.(\d*))?([^\d.]*)/.exec(rest)
    const [whole = "", integer = "", fraction = "", unitName = ""] = match ?? []
    if (integer === "" && fraction === "") return invalid
    if (unitName === "") return bad(`time: missing unit in duration ${JSON.stringify(text)}`)
    const unit = units.get(unitName)
    if (unit === undefined) {
      return bad(`time: unknown unit ${JSON.stringify(unitName)} in duration ${JSON.stringify(text)}`)
    }
    const shown = fraction.slice(0, 18)
    total += BigInt(integer || "0") * unit + (BigInt(shown || "0") * unit) / 10n ** BigInt(shown.length)
    if (total > longest) return invalid
    rest = rest.slice(whole.length)
  }
  return good(sign === "-" ? -total : total)
}
