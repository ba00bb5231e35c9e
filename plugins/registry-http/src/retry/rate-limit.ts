/** How many requests are allowed, and how many of them are left. */
export interface RateLimit {
  readonly limit: number
  readonly remaining: number
  /** Seconds in which the limit counts. */
  readonly window: number | undefined
}

const read = (
  text: string | undefined
): { readonly count: number; readonly window: number | undefined } | undefined => {
  const [, count, window] = /^\s*(\d{1,12})\s*(?:;\s*w\s*=\s*(\d{1,9}))?/.exec(text ?? "") ?? []
  if (count === undefined) return undefined
  return { count: Number(count), window: window === undefined ? undefined : Number(window) }
}

/** Reads `ratelimit-limit` and `ratelimit-remaining`, such as `100;w=21600`. */
export const rateLimit = (header: (name: string) => string | undefined): RateLimit | undefined => {
  const limit = read(header("ratelimit-limit"))
  const remaining = read(header("ratelimit-remaining"))
  if (limit === undefined || remaining === undefined) return undefined
  return { limit: limit.count, remaining: remaining.count, window: limit.window ?? remaining.window }
}

/** As people read it: `7 of 100 requests remain for 6 hours`. */
export const showRateLimit = ({ limit, remaining, window }: RateLimit): string => {
  const hours = window === undefined ? undefined : Math.round(window / 360) / 10
  const span = hours === undefined ? "" : ` within ${hours >= 1 ? `${hours} h` : `${window} s`}`
  return `${remaining} of ${limit} requests${span} remain`
}

/** Less than a tenth is left. */
export const isNearlyUsed = ({ limit, remaining }: RateLimit): boolean => remaining * 10 < limit
