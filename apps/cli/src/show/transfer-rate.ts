/** How many bytes had come in at a moment. */
export interface Sample {
  /** Seconds since any beginning. */
  readonly at: number
  readonly bytes: number
}

/** Seconds of the past that a speed is measured over: long enough not to flicker, short enough to notice a stall. */
const windowSeconds = 4

/** Seconds between samples that are kept apart. */
const grain = 0.1

/**
 * Adds what is known now to the samples, oldest first. Those that are older than the window are left out, except for the
 * youngest of them, which the window begins with.
 */
export const withSample = (samples: ReadonlyArray<Sample>, now: Sample): ReadonlyArray<Sample> => {
  const before = samples.at(-2)
  const close = before !== undefined && now.at - before.at < grain
  const all = [...(close ? samples.slice(0, -1) : samples), now]
  const first = all.findLastIndex(({ at }) => at <= now.at - windowSeconds)
  return first <= 0 ? all : all.slice(first)
}

/** Bytes a second over the window that ends `now` (seconds); undefined while too little is known. */
export const speedOf = (samples: ReadonlyArray<Sample>, now: number): number | undefined => {
  const [first] = samples
  const last = samples.at(-1)
  if (first === undefined || last === undefined) return undefined
  const seconds = now - first.at
  return seconds < grain * 2 ? undefined : Math.max(0, (last.bytes - first.bytes) / seconds)
}

/** Seconds until the rest has come in at this speed; undefined when that cannot be told. */
export const secondsLeft = (bytesLeft: number, speed: number | undefined): number | undefined => {
  if (bytesLeft <= 0) return 0
  return speed === undefined || speed < 1 ? undefined : bytesLeft / speed
}

/** `42s`, `3m05s`, `2h07m`. Less than a second is one. */
export const shortTime = (seconds: number): string => {
  const whole = Math.max(1, Math.ceil(seconds))
  if (whole < 60) return `${whole}s`
  const two = (number: number) => String(number).padStart(2, "0")
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`
  return `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}m`
}
