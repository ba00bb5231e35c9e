import type { SolveEvent, StepLabel } from "@gantry/build/solve/SolveEvent"
import { render } from "@gantry/build/dockerfile/Diagnostic"
import type { Explanation } from "../show/Explanation.ts"
import { palette } from "../show/color.ts"
import { type BuildEvent, noProgress, progress } from "../show/progress-lines.ts"
import { rawProgress } from "../show/raw-progress.ts"
import { redraw, region } from "../show/progress-region.ts"
import type { Terminal } from "../terminal.ts"

/** How a build shows what it does. Both `quiet` and `none` show nothing; only the first gives the id in the end. */
export type ProgressStyle = "plain" | "tty" | "quiet" | "none" | "rawjson"

/** Words for them. */
export const styles = ["plain", "tty", "rawjson", "quiet", "none"] as const satisfies ReadonlyArray<ProgressStyle>

/** The style that a word means, or that suits the terminal; undefined for a word that means none. */
export const progressStyle = (
  text: string | undefined,
  terminal: Pick<Terminal, "env" | "stderrIsTerminal">
): ProgressStyle | undefined => {
  if (text === undefined || text === "auto" || text === "") {
    // A terminal that moves no cursor is written to line by line.
    return terminal.stderrIsTerminal && terminal.env["TERM"] !== "dumb" ? "tty" : "plain"
  }
  return styles.find((each) => each === text)
}

/** Shows the events of a build, as they come. `finish` draws the last state. */
export interface BuildProgress {
  readonly onEvent: (event: SolveEvent) => void
  /** Says a line that belongs to no step. */
  readonly note: (line: string) => void
  readonly finish: () => void
  /** Says lines about a build that has ended. */
  readonly tell: (text: string) => void
  /** Says what was built, and the names in the store that lead to it. */
  readonly built: (id: string, names: ReadonlyArray<string>) => void
  /** Says why the build failed. Absent where that is said as all commands say it. */
  readonly failed?: (explanation: Explanation) => void
  /** Shows nothing more, so that others can have the terminal; what is returned goes on, and shows what came meanwhile. */
  readonly pause: () => () => void
}

/** Picks the way progress is shown: on a terminal a region that is redrawn, otherwise lines. */
export const buildProgress = (style: ProgressStyle, dockerfile: string, terminal: Terminal): BuildProgress => {
  const began = terminal.now()
  const seconds = () => (terminal.now() - began) / 1000
  const nothing = () => {}
  if (style === "quiet" || style === "none") {
    return {
      onEvent: nothing,
      note: nothing,
      finish: nothing,
      tell: terminal.err,
      built: nothing,
      pause: () => nothing
    }
  }
  if (style === "rawjson") {
    const raw = rawProgress(terminal.err, terminal.now)
    // A line of JSON disturbs nobody: it goes where a program reads it.
    return { ...raw, tell: raw.note, finish: nothing, pause: () => nothing }
  }
  let state = noProgress
  let drawn = 0
  const translate = translator()
  // Several platforms are warned of the same lines.
  const warnings = new Set<string>()
  let waiting: Array<BuildEvent> | undefined
  const draw = (final: boolean) => {
    if (waiting !== undefined) return
    const screen = {
      ...terminal.size(),
      palette: palette({ isTerminal: terminal.stderrIsTerminal, environment: terminal.env })
    }
    const lines = region(state, seconds(), screen, final)
    terminal.err(redraw(drawn, lines))
    drawn = lines.length
  }
  const ticking = style === "tty" ? setInterval(() => draw(false), 200) : undefined
  // The program may end while the clock runs.
  ticking?.unref()
  const take = (each: BuildEvent): void => {
    if (waiting !== undefined) return void waiting.push(each)
    const next = progress(state, each)
    state = next.state
    if (style === "plain") {
      // One write for all of them: of a build that is cached there is little else to wait for.
      if (next.lines.length > 0) terminal.err(`${next.lines.join("\n")}\n`)
    } else if (each.kind === "message") {
      // Messages stay above the region.
      terminal.err(`${redraw(drawn, [])}${each.text}\n`)
      drawn = 0
      draw(false)
    } else if (each.kind !== "step-log") draw(false)
  }
  return {
    onEvent: (event) => {
      if (event.type === "warning") warnings.add(render(dockerfile, event.diagnostic))
      else translate(event, seconds()).forEach(take)
    },
    note: (text) => take({ kind: "message", text }),
    tell: terminal.err,
    built: (id, names) => {
      terminal.err(`built ${id}\n`)
      for (const name of names) terminal.err(`named ${name}\n`)
    },
    pause: () => {
      if (style === "tty") draw(false)
      // What is drawn stays where it is, and the next drawing comes below what others write.
      drawn = 0
      waiting = []
      return () => {
        const missed = waiting ?? []
        waiting = undefined
        missed.forEach(take)
      }
    },
    finish: () => {
      clearInterval(ticking)
      if (style === "tty") draw(true)
      // At the end, where they are seen.
      if (warnings.size > 0) {
        terminal.err(`\n${warnings.size === 1 ? "1 warning" : `${warnings.size} warnings`} of the Dockerfile:\n`)
        for (const warning of warnings) terminal.err(`${warning}\n`)
      }
    }
  }
}

const translator = () => {
  const begun = new Set<string>()
  const decoders = new Map<string, InstanceType<typeof TextDecoder>>()
  const name = (step: StepLabel) => `${step.stage}/${step.number}`
  const place = (step: StepLabel) => ({
    step: name(step),
    number: step.number,
    total: step.total,
    ...(step.stageName === "stage-0" ? {} : { stage: step.stageName })
  })
  return (event: SolveEvent, at: number): ReadonlyArray<BuildEvent> => {
    switch (event.type) {
      case "context":
        return contextLine(event).map((text) => ({ kind: "message", text }))
      case "planned":
        return []
      case "based":
      case "applied": {
        const start = { kind: "step-start", ...place(event.step), instruction: event.step.text, at } as const
        if (event.type === "applied" && event.cached) return [{ ...start, kind: "step-cached" }]
        return [start, { kind: "step-done", step: name(event.step), at }]
      }
      case "cached":
        return [{ kind: "step-cached", ...place(event.step), instruction: event.step.text, at }]
      case "started":
        begun.add(name(event.step))
        return [{ kind: "step-start", ...place(event.step), instruction: event.step.text, at }]
      case "output": {
        const key = `${name(event.step)} ${event.output.stream}`
        const decoder = decoders.get(key) ?? new TextDecoder()
        decoders.set(key, decoder)
        const chunk = decoder.decode(event.output.bytes, { stream: true })
        return [{ kind: "step-log", step: name(event.step), stream: event.output.stream, chunk, at }]
      }
      case "done":
        return [{ kind: "step-done", step: name(event.step), at }]
      case "failed": {
        const done = { kind: "step-done", step: name(event.step), at, failed: event.why } as const
        if (begun.has(name(event.step))) return [done]
        return [{ kind: "step-start", ...place(event.step), instruction: event.step.text, at }, done]
      }
      case "warning":
        return []
    }
  }
}

/** What is to be said about a context: nothing for a directory that is sent as it is. */
const contextLine = ({
  commit,
  context,
  ignoreFile
}: Extract<SolveEvent, { readonly type: "context" }>): ReadonlyArray<string> => {
  if (commit === undefined && ignoreFile === undefined) return []
  const at = commit === undefined ? "" : ` at commit ${commit.slice(0, 12)}`
  const rules = ignoreFile?.rules === 1 ? "1 rule" : `${ignoreFile?.rules} rules`
  const without = ignoreFile === undefined ? "" : `, without what ${ignoreFile.path} leaves out (${rules})`
  return [`context ${context}${at}${without}`]
}
