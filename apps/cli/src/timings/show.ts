import type { Share } from "./divide.ts"

/** Columns of the bars. */
const width = 40

const total = (shares: ReadonlyArray<Share>): number => shares.reduce((sum, { duration }) => sum + duration, 0)

/** Each part of a run on a line: its name, its milliseconds, and where in the whole it lies. */
export const timingLines = (shares: ReadonlyArray<Share>): string => {
  const all = total(shares)
  const column = Math.max(5, ...shares.map(({ name }) => name.length))
  const line = (name: string, duration: number, bar: string): string =>
    `${name.padEnd(column)}  ${duration.toFixed(1).padStart(9)} ms  ${bar}`.trimEnd()
  const rows = shares.map(({ duration, name, start }) => {
    const from = Math.min(width - 1, Math.floor((start / all) * width))
    const long = Math.max(1, Math.round((duration / all) * width))
    return line(name, duration, `${" ".repeat(from)}${"█".repeat(Math.min(long, width - from))}`)
  })
  return `${[...rows, line("total", all, "")].join("\n")}\n`
}

const rounded = (milliseconds: number): number => Math.round(milliseconds * 1000) / 1000

/** The same for programs, on one line; all times in milliseconds. */
export const timingJson = (shares: ReadonlyArray<Share>): string =>
  `${JSON.stringify({
    total: rounded(total(shares)),
    phases: shares.map(({ duration, name, start }) => ({
      name,
      start: rounded(start),
      duration: rounded(duration)
    }))
  })}\n`

/** The parts that took the most, in one sentence. */
export const slowest = (shares: ReadonlyArray<Share>): string =>
  shares
    .toSorted((a, b) => b.duration - a.duration)
    .slice(0, 3)
    .map(({ duration, name }) => `${name} ${Math.round(duration)} ms`)
    .join(", ")
