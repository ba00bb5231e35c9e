const units: { readonly [unit: string]: number } = {
  ns: 1,
  us: 1e3,
  "\u00b5s": 1e3,
  "\u03bcs": 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9
}

/**
 * Reads a duration as Go writes it, such as `1h30m`, `1.5s`, `-2ms` or `0`.
 *
 * Result in whole nanoseconds; none if it is not a duration or too long to be counted exactly.
 */
export const parseDuration = (text: string): number | undefined => {
  const match = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+|0)$/.exec(text)
  const [, sign, amount] = match ?? []
  if (amount === undefined) return undefined
  if (amount === "0") return 0
  let total = 0
  for (const [, number = "", unit = ""] of amount.matchAll(/(\d+\.?\d*|\.\d+)([^\d.]+)/g)) {
    total += Number(number) * units[unit]!
  }
  total = Math.trunc(total)
  if (!Number.isSafeInteger(total)) return undefined
  return sign === "-" && total !== 0 ? -total : total
}
