import { describeCause } from "@gantry/build/key/describe-cause"
import type { StepReport } from "@gantry/build/solve/BuildResult"
import type { StepLabel } from "@gantry/build/solve/SolveEvent"
import { table } from "./table.ts"
import { visibleOnly } from "./text.ts"
import { ago } from "./time.ts"

/** A step as `--explain=json` and `--plan=json` tell it. The names of the fields stay. */
export interface StepJson {
  /** Name of the stage, or `stage-N`. */
  readonly stage: string
  /** Place in the stage; FROM is 1. */
  readonly step: number
  readonly instruction: string
  readonly line: number
  /** `hit`, `miss` in plans; `cached`, `ran`, `shared` (with an equal step of the same build) or `failed` in builds. */
  readonly status: "hit" | "miss" | "cached" | "ran" | "shared" | "failed"
  /** Digest of all inputs; null for FROM and ARG, which have no result of their own, and in builds that failed. */
  readonly key: string | null
  /** Seconds since the result was made; null without one. */
  readonly age: number | null
  /** Why it was not there; null when it was. */
  readonly cause: StepReport["cause"] | null
}

/** One step as JSON. */
export const stepJson = (report: StepReport, now: number, isPlan: boolean): StepJson => ({
  stage: report.step.stageName,
  step: report.step.number,
  instruction: report.step.text,
  line: report.step.range.start.line,
  status: isPlan ? (report.how === "missing" ? "miss" : "hit") : report.how === "missing" ? "failed" : report.how,
  key: report.key ?? null,
  age: report.how === "cached" && report.createdAt !== undefined ? ageOf(report.createdAt, now) : null,
  cause: report.cause ?? null
})

const ageOf = (createdAt: number, now: number): number => Math.max(0, Math.floor((now - createdAt) / 1000))

/** `[web 2/6]`: how lines call a step. */
export const stepPlace = ({ number, stageName, total }: StepLabel): string => `[${stageName} ${number}/${total}]`

/** An instruction and what belongs to it, on one line. */
export const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, " ")

/**
 * What `--explain=json` prints: in `steps` those that did not come from the cache, the first one first, and the others in
 * `cached`. `image` is null when the build failed.
 */
export const explanationJson = (reports: ReadonlyArray<StepReport>, image: string | null, now: number): string => {
  const ran = reports.filter(({ cause }) => cause !== undefined)
  const cached = reports.filter(({ createdAt, how }) => how === "cached" && createdAt !== undefined)
  const json = (list: ReadonlyArray<StepReport>) => list.map((each) => stepJson(each, now, false))
  return `${JSON.stringify({ image, steps: json(ran), cached: json(cached) }, undefined, 2)}\n`
}

/** What `--explain` prints: one line for each step that did not come from the cache, with its reason. */
export const explanationLines = (reports: ReadonlyArray<StepReport>): string => {
  const lines = reports.flatMap(({ cause, how, step }) =>
    cause === undefined
      ? []
      : [
          `${visibleOnly(`${how === "missing" ? "failed" : "ran"} ${stepPlace(step)} ${oneLine(step.text)}: ${oneLine(describeCause(cause, step.stageName))}`)}\n`
        ]
  )
  return lines.length === 0 ? "nothing ran: every step was cached\n" : lines.join("")
}

/** What `--plan=json` prints: every step in the order of the file. */
export const planJson = (reports: ReadonlyArray<StepReport>, now: number): string =>
  `${JSON.stringify({ steps: reports.map((each) => stepJson(each, now, true)) }, undefined, 2)}\n`

/** What `--plan` prints: every step, whether the cache has it, its age or why not. */
export const planLines = (reports: ReadonlyArray<StepReport>, now: number): string => {
  const rows = reports.map(({ cause, createdAt, how, key, step }) => [
    stepPlace(step),
    step.text,
    how === "missing" ? "MISS" : key === undefined ? "" : "HIT",
    cause === undefined ? (createdAt === undefined ? "" : ago(createdAt, now)) : describeCause(cause, step.stageName)
  ])
  const missing = reports.filter(({ how }) => how === "missing").length
  const summary = missing === 0 ? "nothing would run: every step is cached" : `${missing} steps would run`
  return `${[...table(["STEP", "INSTRUCTION", "CACHE", "WHY"], rows).map((line) => line.trimEnd()), summary].join("\n")}\n`
}
