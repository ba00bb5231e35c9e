import { append, isNonEmptyReadonlyArray, type NonEmptyReadonlyArray } from "effect/Array"
import * as Either from "effect/Either"
import type { Diagnostic } from "./Diagnostic.ts"
import type { Dockerfile, Stage } from "./Dockerfile.ts"
import { type Draft, open } from "./Draft.ts"
import type { Arg, From, Instruction, StageInstruction } from "./Instruction.ts"
import { readLines, wholeLine } from "./lines.ts"
import { parseInstruction } from "./parse-instruction.ts"

/**
 * Reads a Dockerfile.
 *
 * Fails with every error of the file, and its warnings, in the order of their places.
 */
export const parse = (text: string): Either.Either<Dockerfile, NonEmptyReadonlyArray<Diagnostic>> => {
  const { diagnostics: found, directives, lines, source } = readLines(text)
  const diagnostics: Array<Diagnostic> = [...found]
  const report = (diagnostic: Diagnostic) => void diagnostics.push(diagnostic)
  const file = { escape: directives.escape, source }
  const globalArgs: Array<Arg> = []
  const stages: Array<Stage & { readonly instructions: Array<StageInstruction> }> = []
  const seen = { names: new Map<string, number>(), early: false }
  const atMostOne = new Set<string>()
  for (const line of lines) {
    const draft = open(line, file, report)
    const instruction = parseInstruction(draft)
    if (draft.name.text === "FROM") {
      atMostOne.clear()
      // A stage whose FROM is wrong still begins, so that what follows is not taken for early.
      if (instruction?._tag !== "From") seen.early = true
    }
    if (instruction === undefined) continue
    if (instruction._tag === "From") {
      checkStageName(draft, instruction, seen.names, stages.length)
      const name = instruction.as
      stages.push({ index: stages.length, ...(name === undefined ? {} : { name }), from: instruction, instructions: [] })
      continue
    }
    const stage = stages.at(-1)
    if (stage !== undefined) {
      checkRepeated(draft, instruction, atMostOne)
      stage.instructions.push(instruction)
    } else if (instruction._tag === "Arg") globalArgs.push(instruction)
    else if (!seen.early) {
      seen.early = true
      draft.error("no-from", `${draft.name.text} stands before the first FROM, where only ARG may stand`, {
        suggestion: "begin with FROM image"
      })
    }
  }
  const ordered = diagnostics.toSorted(byPlace)
  const failed = ordered.some(({ severity }) => severity === "error")
  if (!failed && isNonEmptyReadonlyArray(stages)) {
    return Either.right({ directives, globalArgs, stages, warnings: ordered })
  }
  if (failed && isNonEmptyReadonlyArray(ordered)) return Either.left(ordered)
  const message = lines.length === 0 ? "the file has no instructions" : "the file has no FROM"
  const missing = { severity: "error", code: "no-from", message, suggestion: "begin with FROM image" } as const
  return Either.left(append(ordered, wholeLine(missing, source, Math.max(0, source.length - 1))))
}

const byPlace = (a: Diagnostic, b: Diagnostic) =>
  a.range.start.line - b.range.start.line || a.range.start.column - b.range.start.column

const checkStageName = (draft: Draft, { as: name }: From, names: Map<string, number>, index: number) => {
  if (name === undefined) return
  const earlier = names.get(name)
  if (earlier !== undefined) {
    draft.warning("duplicate-stage-name", `stage ${earlier} is called ${name} too; from here on this one is meant`, {
      at: draft.rest
    })
  }
  names.set(name, index)
}

const checkRepeated = (draft: Draft, { _tag }: Instruction, seen: Set<string>) => {
  if (_tag !== "Cmd" && _tag !== "Entrypoint" && _tag !== "Healthcheck") return
  if (seen.has(_tag)) {
    draft.warning("repeated-instruction", `an earlier ${draft.name.text} of this stage has no effect, because this one wins`, {
      suggestion: "remove one of them"
    })
  }
  seen.add(_tag)
}
