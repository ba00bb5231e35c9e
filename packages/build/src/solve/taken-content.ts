import * as Effect from "effect/Effect"
import type { TreeContent } from "../key/StepFacts.ts"
import { BuildFailed } from "./BuildFailed.ts"
import { sourceOf } from "./mount-facts.ts"
import type { OtherTree } from "./stand-on.ts"
import type { Folded, Workshop } from "./Standing.ts"
import type { FromTree } from "./StepExecutor.ts"

/**
 * With early cut-off: what a step takes of other trees, by content, in the order of the trees; none where it takes from a
 * context. A whole tree is known by its layers, without reading it.
 */
export const takenContent = (
  folded: Folded,
  trees: ReadonlyArray<OtherTree | undefined>,
  shop: Workshop
): Effect.Effect<ReadonlyArray<TreeContent | undefined>, BuildFailed> =>
  Effect.forEach(trees, (tree, at) => {
    if (tree === undefined) return Effect.succeed(undefined)
    const wanted = wantedOf(folded, at)
    if (wanted.sources.every((source) => /^[./]*$/.test(source)) && wanted.exclude.length === 0 && !wanted.parents)
      return Effect.succeed({ content: tree.chain })
    return shop.executor.contentOf({ of: "tree", stack: tree.stack, ...wanted }).pipe(
      Effect.map((content) => ({ content })),
      Effect.tapError(({ why }) => Effect.sync(() => shop.emit({ type: "failed", step: folded.label, why }))),
      Effect.mapError((cause) => new BuildFailed({ step: folded.label, why: cause.why, cause }))
    )
  })

/** What is taken from the tree at a place among those of the step. */
const wantedOf = ({ action }: Folded, at: number): Omit<FromTree, "of" | "stack"> => {
  if (action.kind === "copy") {
    const { exclude, optional, parents, sources } = action
    return { sources, exclude, parents, optional }
  }
  const mount = action.kind === "run" ? action.mounts[at]?.mount : undefined
  return { sources: [mount === undefined ? "" : sourceOf(mount)], exclude: [], parents: false, optional: false }
}
