import * as Either from "effect/Either"
import { describeProblem } from "../context/ContextProblem.ts"
import type { Diagnostic } from "../dockerfile/Diagnostic.ts"
import type { StepNode } from "../graph/BuildGraph.ts"
import { remoteKind } from "../graph/remote-source.ts"
import type { BuildContext } from "./BuildContext.ts"
import type { StepAction } from "./stage-state.ts"

/**
 * Warns of a COPY or ADD of what the ignore file leaves out of the build's context: a build that comes to it fails.
 * `source`: the lines of the Dockerfile.
 */
export const ignoredSources = (
  action: StepAction,
  { instruction: { range } }: StepNode,
  context: Pick<BuildContext, "select">,
  source: ReadonlyArray<string>
): ReadonlyArray<Diagnostic> => {
  if (action.kind !== "copy" || action.from !== undefined) return []
  const { exclude, optional, parents, sources } = action
  return sources.flatMap((each) => {
    if (remoteKind(each) !== undefined) return []
    const found = context.select(each, { parents, exclude, optional })
    if (Either.isRight(found) || found.left._tag !== "SourceIgnored") return []
    const message = describeProblem(found.left)
    return [{ severity: "warning", code: "copies-ignored", message, range, source: source[range.start.line - 1] ?? "" }]
  })
}
