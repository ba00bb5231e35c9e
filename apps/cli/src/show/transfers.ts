import type { Palette } from "./color.ts"
import { humanSize } from "./size.ts"
import { columnsOf, ellipsis } from "./text.ts"
import { type Sample, secondsLeft, shortTime, speedOf, withSample } from "./transfer-rate.ts"

/** A layer on its way, from or to a registry. */
export interface Transfer {
  /** Twelve characters of its digest. */
  readonly name: string
  /** Bytes of all of it. */
  readonly size: number
  /** Bytes that have passed. */
  readonly bytes: number
  /** `moving`: its bytes pass now. `ended` transfers show `word` alone. */
  readonly state: "waiting" | "moving" | "working" | "ended"
  /** What happens to it: `Downloading`, `Extracting`, `Pull complete`. */
  readonly word: string
  readonly samples: ReadonlyArray<Sample>
}

/** Layers by the name of their digest, in the order in which they are shown. */
export type Transfers = ReadonlyMap<string, Transfer>

/** The same with another state of one layer, `at` seconds since the beginning. */
export const moved = (
  transfers: Transfers,
  name: string,
  change: Partial<Omit<Transfer, "name" | "samples">>,
  at: number
): Transfers => {
  const before = transfers.get(name) ?? { name, size: 0, bytes: 0, state: "waiting", word: "Waiting", samples: [] }
  const next = { ...before, ...change }
  const samples = change.bytes === undefined ? before.samples : withSample(before.samples, { at, bytes: next.bytes })
  return new Map(transfers).set(name, { ...next, samples })
}

/** The terminal as it is now. */
export interface Screen {
  readonly columns: number
  readonly rows: number
  readonly palette: Palette
}

/** Columns of a bar; narrow terminals have none. */
const barColumns = 24

/**
 * The lines that stand for the layers on a terminal, `now` in seconds since the beginning, under a line that sums them
 * up. They fit: longer lines are cut, and when there are too many, ended transfers disappear first, then waiting ones. A
 * `final` drawing is not cut to the screen's height, since it scrolls away.
 */
export const transferRegion = (
  title: string,
  transfers: Transfers,
  now: number,
  screen: Screen,
  final = false
): ReadonlyArray<string> => {
  const all = [...transfers.values()]
  const room = final ? Infinity : Math.max(1, screen.rows - 3)
  let height = all.length
  const without = (each: ReadonlyArray<Transfer>, state: Transfer["state"]) =>
    each.filter((one) => {
      if (height <= room || one.state !== state) return true
      height -= 1
      return false
    })
  const shown = without(without(without(all, "ended"), "waiting"), "working").slice(
    0,
    room === Infinity ? undefined : room
  )
  return [ellipsis(headOf(title, all, now), screen.columns), ...shown.map((each) => lineOf(each, now, screen))]
}

const headOf = (title: string, all: ReadonlyArray<Transfer>, now: number): string => {
  const ended = all.filter(({ state }) => state === "ended").length
  const moving = all.filter(({ state }) => state === "moving" || state === "waiting")
  const left = moving.reduce((sum, { bytes, size }) => sum + size - bytes, 0)
  const speeds = all.filter(({ state }) => state === "moving").map(({ samples }) => speedOf(samples, now) ?? 0)
  const speed = speeds.reduce((sum, each) => sum + each, 0)
  return [`[+] ${title} ${now.toFixed(1)}s (${ended}/${all.length})`, ...(left > 0 ? paceOf(left, speed) : [])].join(
    "  "
  )
}

const paceOf = (left: number, speed: number | undefined): ReadonlyArray<string> => {
  const seconds = secondsLeft(left, speed)
  return [
    ...(speed === undefined || speed < 1 ? [] : [`${humanSize(speed)}/s`]),
    ...(seconds === undefined ? [] : [`${shortTime(seconds)} left`])
  ]
}

const lineOf = (transfer: Transfer, now: number, { columns, palette }: Screen): string => {
  const { bytes, name, samples, size, state, word } = transfer
  if (state !== "moving") {
    const line = ellipsis(` => ${name}: ${word}`, columns)
    return state === "ended" ? palette.blue(line) : state === "working" ? palette.bold(line) : palette.dim(line)
  }
  const start = ` => ${name}: ${word} `
  const amount = `${humanSize(bytes)}/${humanSize(size)}`
  const end = [amount, ...paceOf(size - bytes, speedOf(samples, now))].join("  ")
  const bar = barOf(size === 0 ? 1 : bytes / size)
  const wide = columnsOf(start) + bar.length + 1 + columnsOf(end) <= columns
  return palette.bold(ellipsis(wide ? `${start}${bar} ${end}` : `${start}${end}`, columns))
}

const barOf = (part: number): string => {
  const filled = Math.min(barColumns, Math.floor(part * barColumns))
  const head = filled < barColumns ? ">" : "="
  return `[${"=".repeat(Math.max(0, filled - 1))}${head.padEnd(barColumns - Math.max(0, filled - 1), filled < barColumns ? " " : "=")}]`
}
