import { visibleOnly } from "./text.ts"

/** What a build tells while it goes on. `step` is any name that is unique within the build. */
export type BuildEvent =
  | {
      readonly kind: "step-start"
      readonly step: string
      /** Place within its stage, from 1; missing for work that is no instruction, such as reading the context. */
      readonly number?: number
      readonly total?: number
      /** Missing when the build has one stage without a name. */
      readonly stage?: string
      readonly instruction: string
      /** Seconds since the build began, as everywhere below. */
      readonly at: number
    }
  | {
      readonly kind: "step-log"
      readonly step: string
      readonly stream: "stdout" | "stderr"
      /** Cut anywhere. */
      readonly chunk: string
      readonly at: number
    }
  | { readonly kind: "step-done"; readonly step: string; readonly at: number; readonly failed?: string }
  /** May come without a start before it, then it carries what a start would have. */
  | {
      readonly kind: "step-cached"
      readonly step: string
      readonly number?: number
      readonly total?: number
      readonly stage?: string
      readonly instruction?: string
      readonly at: number
    }
  | { readonly kind: "stage"; readonly name: string }
  | { readonly kind: "message"; readonly text: string }

/** What is known of one step. */
export interface StepView {
  /** The number in front of its lines, counted in the order in which steps appeared. */
  readonly index: number
  /** `[2/6] RUN make`, or `[web 2/6] RUN make`. */
  readonly title: string
  readonly status: "running" | "done" | "cached" | "failed"
  readonly startedAt: number
  readonly endedAt?: number
  /** Complete lines of output, the newest last, no more than `keptLines`. */
  readonly output: ReadonlyArray<string>
  /** The beginning of a line whose end has not come yet. */
  readonly pending: Readonly<Record<"stdout" | "stderr", Pending>>
}

/** A line that is not complete, without the carriage returns at its end: what comes next says what they mean. */
interface Pending {
  readonly line: string
  readonly returns: string
}

const nothingPending: StepView["pending"] = { stdout: { line: "", returns: "" }, stderr: { line: "", returns: "" } }

/** Everything a renderer remembers. Steps are in the order in which they appeared. */
export interface ProgressState {
  readonly steps: ReadonlyMap<string, StepView>
  /** The step whose lines were printed last, in plain output. */
  readonly speaking?: string
}

/** Nothing has happened yet. */
export const noProgress: ProgressState = { steps: new Map() }

/** What an event changes, and which lines plain output prints for it. */
export interface Progress {
  readonly state: ProgressState
  readonly lines: ReadonlyArray<string>
}

const keptLines = 50

/** Takes in one event. Both renderers use it; the one for terminals ignores `lines`. */
export const progress = (state: ProgressState, event: BuildEvent): Progress => {
  switch (event.kind) {
    case "message":
      return { state, lines: event.text.split("\n") }
    case "stage":
      return { state, lines: [] }
    case "step-start":
      return speak(state, event.step, started(state, event, event.instruction), [])
    case "step-log":
      return logged(state, event)
    case "step-done":
      return ended(state, event)
    case "step-cached": {
      const view = state.steps.get(event.step) ?? started(state, event, event.instruction ?? event.step)
      return hush(speak(state, event.step, { ...view, status: "cached", endedAt: event.at }, [`#${view.index} CACHED`]))
    }
  }
}

const started = (
  state: ProgressState,
  event: BuildEvent & { readonly kind: "step-start" | "step-cached" },
  instruction: string
): StepView => {
  const count = event.number === undefined ? "" : `${event.number}${event.total === undefined ? "" : `/${event.total}`}`
  const place = [event.stage ?? "", count].filter((part) => part !== "").join(" ")
  // A Dockerfile of somebody else moves no cursor.
  const oneLine = visibleOnly(instruction.replace(/\s*\n\s*/g, " "))
  return {
    index: state.steps.size + 1,
    title: place === "" ? oneLine : `[${place}] ${oneLine}`,
    status: "running",
    startedAt: event.at,
    output: [],
    pending: nothingPending
  }
}

const logged = (state: ProgressState, event: BuildEvent & { readonly kind: "step-log" }): Progress => {
  const view = state.steps.get(event.step)
  if (view === undefined) return { state, lines: [] }
  const { line: begun, returns } = view.pending[event.stream]
  // A program that draws over its line ends it with a carriage return; each drawing counts as a line. Only what is new is
  // looked at: a line may be megabytes long.
  const [first = "", ...others] = (returns + event.chunk).split(/\r*\n|\r(?=[^\r\n])/)
  const last = others.at(-1) ?? first
  const held = /\r*$/.exec(last)?.[0] ?? ""
  const rest = last.slice(0, last.length - held.length)
  const complete = others.length === 0 ? [] : [begun + first, ...others.slice(0, -1)]
  const next = {
    ...view,
    output: [...view.output, ...complete].slice(-keptLines),
    pending: { ...view.pending, [event.stream]: { line: others.length === 0 ? begun + rest : rest, returns: held } }
  }
  if (complete.length === 0) return { state: remember(state, event.step, next), lines: [] }
  return speak(
    state,
    event.step,
    next,
    complete.map((line) => logLine(view, line, event.at))
  )
}

const ended = (state: ProgressState, event: BuildEvent & { readonly kind: "step-done" }): Progress => {
  const view = state.steps.get(event.step)
  if (view === undefined) return { state, lines: [] }
  const rest = [view.pending.stdout.line, view.pending.stderr.line].filter((line) => line !== "")
  const last =
    event.failed === undefined
      ? `#${view.index} DONE ${(event.at - view.startedAt).toFixed(1)}s`
      : `#${view.index} ERROR: ${event.failed}`
  const next: StepView = {
    ...view,
    status: event.failed === undefined ? "done" : "failed",
    endedAt: event.at,
    output: [...view.output, ...rest].slice(-keptLines),
    pending: nothingPending
  }
  return hush(speak(state, event.step, next, [...rest.map((line) => logLine(view, line, event.at)), last]))
}

const logLine = ({ index, startedAt }: StepView, line: string, at: number): string =>
  `#${index} ${(at - startedAt).toFixed(3)} ${line}`

const remember = (state: ProgressState, step: string, view: StepView): ProgressState => ({
  ...state,
  steps: new Map(state.steps).set(step, view)
})

/** Prints lines of a step, with its title first when another step, or none, was speaking. */
const speak = (state: ProgressState, step: string, view: StepView, lines: ReadonlyArray<string>): Progress => {
  const next = remember({ ...state, speaking: step }, step, view)
  if (state.speaking === step) return { state: next, lines }
  const before = state.speaking === undefined ? undefined : state.steps.get(state.speaking)
  const pause = before === undefined ? [] : [`#${before.index} ...`, ""]
  return { state: next, lines: [...pause, `#${view.index} ${view.title}`, ...lines] }
}

/** After the last line of a step comes an empty one. */
const hush = ({ state: { steps }, lines }: Progress): Progress => ({ state: { steps }, lines: [...lines, ""] })
