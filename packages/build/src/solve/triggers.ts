import { isNonEmptyReadonlyArray, type NonEmptyReadonlyArray } from "effect/Array"
import * as Either from "effect/Either"
import type { Diagnostic } from "../dockerfile/Diagnostic.ts"
import { parse } from "../dockerfile/parse.ts"
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
    const read = parse(`FROM scratch\n${trigger}\n`)
    if (Either.isLeft(read)) {
      for (const { code, message, severity } of read.left) if (severity === "error") refuse(code, message)
      return []
    }
    return read.right.stages[0].instructions.map((instruction) =>
      lowerStep(
        { ...instruction, range: stage.from.range },
        { stages, stage: stage.index, contexts },
        {
          error: (_, { code, message }) => void refuse(code, message)
        }
      )
    )
  })
  return isNonEmptyReadonlyArray(problems) ? Either.left(problems) : Either.right(steps)
}
