import { append, isNonEmptyReadonlyArray, type NonEmptyReadonlyArray } from "effect/Array"
import * as Either from "effect/Either"
import { checkCasing } from "./check-casing.ts"
import { defaultCheck, judge, readCheck } from "./check-policy.ts"
import type { Diagnostic } from "./Diagnostic.ts"
import type { Dockerfile, Stage } from "./Dockerfile.ts"
import { type Draft, open } from "./Draft.ts"
import type { Arg, From, Instruction, StageInstruction } from "./Instruction.ts"
import { readLines, wholeLine } from "./lines.ts"
import { parseInstruction } from "./parse-instruction.ts"
import { syntaxWarning } from "./syntax-version.ts"
import { looksLikeExecForm } from "./words.ts"

/**
 * Reads a Dockerfile. `check` takes the place of the file's own directive of that name.
 *
 * Fails with every error of the file, and its warnings, in the order of their places.
 */
export const parse = (text: string, check?: string): Either.Either<Dockerfile, NonEmptyReadonlyArray<Diagnostic>> => {
  const { diagnostics: found, directives, lines, source } = readLines(text)
  const diagnostics: Array<Diagnostic> = [...found]
  const report = (diagnostic: Diagnostic) => void diagnostics.push(diagnostic)
  const file = { escape: directives.escape, source }
  const atDirective = (name: string, what: Pick<Diagnostic, "severity" | "code" | "message">) => {
    const written = new RegExp(`^\\s*#\\s*${name}\\s*=`, "i")
    report(
      wholeLine(
        what,
        source,
        Math.max(
          0,
          source.findIndex((line) => written.test(line))
        )
      )
    )
  }
  const foreign = directives.syntax === undefined ? undefined : syntaxWarning(directives.syntax)
  if (foreign !== undefined) atDirective("syntax", { severity: "warning", ...foreign })
  const policy = Either.getOrElse(readCheck(check ?? directives.check ?? ""), (message) => {
    atDirective("check", { severity: "error", code: "bad-check", message })
    return defaultCheck
  })
  const globalArgs: Array<Arg> = []
  const stages: Array<Stage & { readonly instructions: Array<StageInstruction> }> = []
  const seen = { names: new Map<string, number>(), early: false }
  const atMostOne = new Set<string>()
  const drafts: Array<Draft> = []
  for (const line of lines) {
    const draft = open(line, file, report)
    drafts.push(draft)
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
      stages.push({
        index: stages.length,
        ...(name === undefined ? {} : { name }),
        from: instruction,
        instructions: []
      })
      continue
    }
    const stage = stages.at(-1)
    if (stage !== undefined) {
      checkRepeated(draft, instruction, atMostOne)
      checkStart(draft, instruction, stage.instructions)
      stage.instructions.push(instruction)
    } else if (instruction._tag === "Arg") globalArgs.push(instruction)
    else if (!seen.early) {
      seen.early = true
      draft.error("no-from", `${draft.name.text} stands before the first FROM, where only ARG may stand`, {
        suggestion: "begin with FROM image"
      })
    }
  }
  checkCasing(drafts)
  const ordered = judge(policy, diagnostics.toSorted(byPlace))
  const failed = ordered.some(({ severity }) => severity === "error")
  if (!failed && isNonEmptyReadonlyArray(stages)) {
    return Either.right({ directives, check: policy, globalArgs, stages, warnings: ordered, source })
  }
  if (failed && isNonEmptyReadonlyArray(ordered)) return Either.left(ordered)
  const message = lines.length === 0 ? "the file has no instructions" : "the file has no FROM"
  const missing = { severity: "error", code: "no-from", message, suggestion: "begin with FROM image" } as const
  return Either.left(append(ordered, wholeLine(missing, source, Math.max(0, source.length - 1))))
}

/**
 * Reads an instruction that a base image brings along (its config's `OnBuild`). Variables in it belong to the stage
 * it is put into; the escape character is `\\`, because the config does not keep the file's own.
 */
export const parseTrigger = (text: string): Either.Either<StageInstruction, NonEmptyReadonlyArray<Diagnostic>> => {
  const { diagnostics: found, lines, source } = readLines(text)
  const diagnostics: Array<Diagnostic> = [...found]
  const [line, ...others] = lines
  const instruction =
    line === undefined
      ? undefined
      : parseInstruction(open(line, { escape: "\\", source }, (diagnostic) => void diagnostics.push(diagnostic)))
  const errors = diagnostics.filter(({ severity }) => severity === "error")
  if (isNonEmptyReadonlyArray(errors)) return Either.left(errors)
  if (instruction !== undefined && others.length === 0 && isTrigger(instruction)) return Either.right(instruction)
  const message = `"${text}" is not an instruction that ONBUILD can have stored`
  return Either.left([wholeLine({ severity: "error", code: "bad-trigger", message }, source, 0)])
}

const isTrigger = (instruction: Instruction): instruction is StageInstruction =>
  instruction._tag !== "From" && instruction._tag !== "OnBuild" && instruction._tag !== "Maintainer"

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

/** A shell in between keeps signals from the program. Whoever names a shell with SHELL knows. */
const checkStart = (draft: Draft, instruction: Instruction, before: ReadonlyArray<StageInstruction>) => {
  if (instruction._tag !== "Cmd" && instruction._tag !== "Entrypoint") return
  if (instruction.command.form === "exec" || before.some(({ _tag }) => _tag === "Shell")) return
  // That it was meant as an exec form has been said already.
  if (looksLikeExecForm(draft.rest.text)) return
  draft.warning("shell-form-start", `${draft.name.text} runs a shell, which does not pass signals on to the program`, {
    at: draft.rest,
    suggestion: `write ${draft.name.text} ["program", "argument"]`
  })
}

const checkRepeated = (draft: Draft, { _tag }: Instruction, seen: Set<string>) => {
  if (_tag !== "Cmd" && _tag !== "Entrypoint" && _tag !== "Healthcheck") return
  if (seen.has(_tag)) {
    draft.warning(
      "repeated-instruction",
      `an earlier ${draft.name.text} of this stage has no effect, because this one wins`,
      {
        suggestion: "remove one of them"
      }
    )
  }
  seen.add(_tag)
}
