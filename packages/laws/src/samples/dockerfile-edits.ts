import * as fc from "fast-check"
import {
  baseOf,
  neededStages,
  reads,
  type SampleLine,
  type Scenario,
  sourceOf,
  triggersFor,
  written
} from "./dockerfiles.ts"

/** A scenario after one small change, and which steps that change concerns: `stage/step`, FROM being step 1. */
export interface Edited {
  readonly scenario: Scenario
  /** Steps with a result of their own that must run again; all others must not. */
  readonly again: ReadonlySet<string>
  /** What an explanation of the first of them must hold; absent where nothing runs. */
  readonly cause?: string
}

/** Changes one line so that it has a value that stands nowhere else; a line without a value of its own stays. */
const changedLine = (line: SampleLine): { readonly line: SampleLine; readonly cause: string } | undefined => {
  switch (line.kind) {
    case "run":
    case "trigger":
      return { line: { ...line, command: `${line.command}!` }, cause: "instruction: " }
    // The first line of a heredoc stays as it is.
    case "script":
      return { line: { ...line, body: `${line.body}!` }, cause: "argv" }
    case "inline":
      return { line: { ...line, body: `${line.body}!` }, cause: "inline" }
    case "env":
    case "label":
      return { line: { ...line, value: `${line.value}!` }, cause: `${line.kind.toUpperCase()} ${line.name}: ` }
    case "arg":
      return { line: { ...line, value: `${line.value}!` }, cause: `ARG ${line.name}: ` }
    case "copy":
      return { line: { ...line, to: `${line.to}edited/` }, cause: "instruction: " }
    case "workdir":
      return { line: { ...line, value: `${line.value}/edited` }, cause: "instruction: " }
    case "user":
    case "shell":
    case "cmd":
    case "health":
      return { line: { ...line, value: `${line.value}-edited` }, cause: "instruction: " }
    case "from":
      return undefined
  }
}

/** One line changed, in any stage; one of the kind asked for, where there is one. */
export const lineEdit = (scenario: Scenario, at: number, kind?: SampleLine["kind"]): Edited | undefined => {
  const every = scenario.stages.flatMap((stage, index) => written(stage, index).map((line) => ({ line, index })))
  const wanted = every.filter(({ line }) => line.kind === kind)
  const all = wanted.length > 0 ? wanted : every
  const chosen = all[at % Math.max(1, all.length)]
  const changed = chosen === undefined ? undefined : changedLine(chosen.line)
  if (chosen === undefined || changed === undefined) return undefined
  const stages = scenario.stages.map((stage, index) =>
    index === chosen.index
      ? { ...stage, lines: stage.lines.map((line) => (line === chosen.line ? changed.line : line)) }
      : stage
  )
  const edited = { ...scenario, stages }
  const again = following(edited, (line, index, visible) =>
    index === chosen.index && line === changed.line
      ? line.kind !== "arg"
      : (line.kind === "run" || line.kind === "script") &&
        changed.line.kind === "arg" &&
        visible.get(changed.line.name) === changed.line
  )
  return { scenario: edited, again, ...(again.size === 0 ? {} : { cause: changed.cause }) }
}

/** One file changed: its bytes, its mode, or its name. */
export const fileEdit = (scenario: Scenario, at: number, how: "text" | "mode" | "added" | "removed"): Edited => {
  const paths = [...scenario.files.keys()]
  const path = how === "added" ? "d/new" : (paths[at % paths.length] ?? "a")
  const file = scenario.files.get(path) ?? { text: "new", mode: 0o644 }
  const files = new Map(scenario.files)
  if (how === "text") files.set(path, { ...file, text: "edited" })
  else if (how === "mode") files.set(path, { ...file, mode: 0o755 })
  else if (how === "added") files.set(path, file)
  // A file that a line names must stay.
  else if (path === "a" || path === "e/a" || path === "d/a" || path === "d/b") return fileEdit(scenario, at, "text")
  else files.delete(path)
  const edited = { ...scenario, files }
  // Of what is given another mode anyway, the own mode does not count.
  const again = following(
    edited,
    (line) => line.kind === "copy" && reads(line, path) && !(how === "mode" && line.flag.startsWith("--chmod"))
  )
  return { scenario: edited, again, ...(again.size === 0 ? {} : { cause: path }) }
}

/** The steps that run again when some lines are changed: those, all after them, and what uses their stages. */
export const following = (
  scenario: Scenario,
  isChanged: (line: SampleLine, stage: number, args: ReadonlyMap<string, SampleLine>) => boolean
): ReadonlySet<string> => {
  const again = new Set<string>()
  const dirty = new Set<number>()
  const scopes: Array<ReadonlyMap<string, SampleLine>> = []
  const needed = neededStages(scenario)
  for (const [index, stage] of scenario.stages.entries()) {
    const base = baseOf(stage, index)
    let isDirty = dirty.has(base)
    // The last declaration of an argument is the one that counts, also of those in the stages below.
    const args = new Map(base < 0 ? [] : scopes[base])
    for (const [number, line] of [...triggersFor(scenario, index), ...written(stage, index)].entries()) {
      if (line.kind === "arg") {
        args.set(line.name, line)
        continue
      }
      const source = sourceOf(line, index)
      if (isChanged(line, index, args) || (source !== undefined && dirty.has(source))) isDirty = true
      if (isDirty && needed.has(index)) again.add(`${index}/${number + 2}`)
    }
    if (isDirty) dirty.add(index)
    scopes.push(args)
  }
  return again
}

/** Any of the small changes. */
export const edits = fc.tuple(fc.nat(40), fc.constantFrom("line", "line", "text", "mode", "added", "removed")).map(
  ([at, how]) =>
    (scenario: Scenario): Edited =>
      how === "line"
        ? (lineEdit(scenario, at) ?? fileEdit(scenario, at, "mode"))
        : fileEdit(scenario, at, how as "text" | "mode" | "added" | "removed")
)
