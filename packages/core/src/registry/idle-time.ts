/** Milliseconds in each unit. */
const units: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000]
])

/** The longest that timers can wait, in milliseconds. */
const longest = 2 ** 31 - 1

/**
 * The longest time without a byte that `GANTRY_REGISTRY_TIMEOUT` asks for, in milliseconds: seconds (`60`, `1.5`), or a
 * duration with units (`60s`, `1m30s`, `500ms`). Undefined for anything else, and for no time at all. Pure.
 */
export const readIdleTime = (text: string): number | undefined => {
  const parts = text.match(/\d+(?:\.\d+)?(?:ms|s|m|h)/g) ?? []
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? `${text}s` : undefined
  if (seconds === undefined && (parts.length === 0 || parts.join("") !== text)) return undefined
  const time = (seconds === undefined ? parts : [seconds]).reduce((sum, part) => {
    const [, amount, unit = ""] = /^([\d.]+)(\D+)$/.exec(part) ?? []
    return sum + Number(amount) * (units.get(unit) ?? 0)
  }, 0)
  return time > 0 ? Math.min(time, longest) : undefined
}
