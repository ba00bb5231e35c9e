import type { Palette } from "./color.ts"
import type { ProgressState, StepView } from "./progress-lines.ts"
import { columnsOf, ellipsis, visibleOnly } from "./text.ts"

/** The terminal as it is now. */
export interface Screen {
  readonly columns: number
  readonly rows: number
  readonly palette: Palette
}

/** Lines of output shown below a running step. */
const outputLines = 6

/** Characters of a line of output that are looked at: it is drawn again and again, and may be megabytes long. */
const mostShown = 4096

/**
 * The lines that stand for the whole build on a terminal, `now` in seconds since it began.
 *
 * They fit: longer lines are cut, and when there are too many, finished steps disappear first. A `final` drawing is not
 * cut to the screen's height, since it scrolls away.
 */
export const region = (state: ProgressState, now: number, screen: Screen, final = false): ReadonlyArray<string> => {
  const steps = [...state.steps.values()]
  const ended = steps.filter((step) => step.status !== "running").length
  const head = `[+] Building ${now.toFixed(1)}s (${ended}/${steps.length})`
  const blocks = steps.map((step) => ({ step, lines: block(step, now, screen) }))
  const room = final ? Infinity : Math.max(1, screen.rows - 2)
  let height = blocks.reduce((sum, { lines }) => sum + lines.length, 0)
  const visible = blocks.filter(({ step, lines }) => {
    if (height <= room || step.status === "running") return true
    height -= lines.length
    return false
  })
  const body = visible.flatMap(({ lines }) => lines).slice(room === Infinity ? 0 : -room)
  return [ellipsis(`${head}${final && ended === steps.length ? " FINISHED" : ""}`, screen.columns), ...body]
}

/** What to write so that `lines` stand where `drawn` lines stand now; the cursor is below them before and after. */
export const redraw = (drawn: number, lines: ReadonlyArray<string>): string => {
  const escape = String.fromCharCode(27)
  const up = drawn === 0 ? "" : `${escape}[${drawn}A`
  return `${up}\r${escape}[J${lines.map((line) => `${line}\n`).join("")}`
}

const block = (step: StepView, now: number, { columns, palette }: Screen): ReadonlyArray<string> => {
  const seconds = ((step.endedAt ?? now) - step.startedAt).toFixed(1)
  const words = { running: "", done: "", cached: "CACHED ", failed: "ERROR " }[step.status]
  const paint = { running: palette.bold, done: palette.blue, cached: palette.blue, failed: palette.red }[step.status]
  const time = `${step.status === "cached" ? "0.0" : seconds}s`
  const room = columns - time.length - 1
  // On few columns there is room for the step alone.
  const left = ellipsis(` => ${words}${step.title}`, room < 10 ? columns : room)
  const right = room < 10 ? "" : `${" ".repeat(columns - columnsOf(left) - time.length)}${time}`
  const output = step.status === "running" || step.status === "failed" ? step.output.slice(-outputLines) : []
  return [
    `${paint(left)}${right}`,
    ...output.map((line) => palette.dim(ellipsis(` => => # ${visibleOnly(line.slice(0, mostShown))}`, columns)))
  ]
}
