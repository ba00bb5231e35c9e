import { parseDuration } from "../duration.ts"

/** The longest that timers can wait, in milliseconds. */
const longest = 2 ** 31 - 1

/**
 * The longest time without a byte that `GANTRY_REGISTRY_TIMEOUT` asks for, in milliseconds: seconds (`60`, `1.5`), or a
 * duration with units (`60s`, `1m30s`, `500ms`). Undefined for anything else, and for no time at all. Pure.
 */
export const readIdleTime = (text: string): number | undefined => {
  const duration = /^\d+(?:\.\d+)?$/.test(text) ? `${text}s` : text
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(duration)) return undefined
  // What is too long to be counted is longer than timers can wait.
  const nanoseconds = parseDuration(duration) ?? Infinity
  return nanoseconds > 0 ? Math.min(nanoseconds / 1e6, longest) : undefined
}
