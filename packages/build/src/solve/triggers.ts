import { isNonEmptyReadonlyArray, type NonEmptyReadonlyArray } from "effect/Array"
import * as Either from "effect/Either"
import type { Diagnostic } from "../dockerfile/Diagnostic.ts"
import { parseTrigger } from "../dockerfile/parse.ts"
import type { BuildGraph, StageNode, StepNode } from "../graph/BuildGraph.ts"
import { diagnose } from "../graph/diagnose.ts"
import { lowerStep } from "../graph/lower.ts"

/**
 * The steps that ONBUILD texts of a base become in the stage built on it, in their order. They are reported at the
 * stage's FROM, because that line is what brought them.
 */
export const readTriggers = (
  triggers: ReadonlyArray<string>,
  stage: StageNode,
  { contexts, source, stages }: Pick<BuildGraph, "contexts" | "stages" | "source">
): Either.Either<ReadonlyArray<StepNode>, NonEmptyReadonlyArray<Diagnostic>> => {
  const problems: Array<Diagnostic> = []
  const steps = triggers.flatMap((trigger): ReadonlyArray<StepNode> => {
    const refuse = (code: string, message: string) =>
      problems.push(diagnose("error", stage.from, source, { code, message: `in ONBUILD ${trigger}: ${message}` }))
    const read = parseTrigger(trigger)
    if (Either.isLeft(read)) {
      for (const { code, message } of read.left) refuse(code, message)
      return []
    }
    const report = {
      error: (_: unknown, { code, message }: Pick<Diagnostic, "code" | "message">) => void refuse(code, message)
    }
    const instruction = { ...read.right, range: stage.from.range }
    return [lowerStep(instruction, { stages, stage: stage.index, contexts }, report)]
  })
  return isNonEmptyReadonlyArray(problems) ? Either.left(problems) : Either.right(steps)
}
