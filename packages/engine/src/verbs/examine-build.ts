import { judge } from "@gantry/build/dockerfile/check-policy"
import type { Diagnostic } from "@gantry/build/dockerfile/Diagnostic"
import type { BuildGraph, StageNode } from "@gantry/build/graph/BuildGraph"
import { foldStage } from "@gantry/build/solve/fold-stage"
import { ignoredSources } from "@gantry/build/solve/ignored-sources"
import { onImage, onStage, type StageState } from "@gantry/build/solve/stage-state"
import { isNonEmptyReadonlyArray } from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as LocalBases from "../images/LocalBases.ts"
import { BadBuildFile } from "../contexts/BadBuildFile.ts"
import type { BuildRequest } from "../builds/BuildRequest.ts"
import { openFor, readRequest } from "../builds/read-request.ts"
import type { PlanError, PlanServices } from "./plan-build.ts"

/** What can be said of a Dockerfile without building it. */
export interface Examined {
  readonly text: string
  readonly graph: BuildGraph
  /** In the order of the file. */
  readonly warnings: ReadonlyArray<Diagnostic>
  /** State at the end of each stage that the target needs. */
  readonly ends: ReadonlyMap<number, StageState>
  /** Base images that are not here: what variables they set is not known, so undefined ones are not spoken of above them. */
  readonly unknown: ReadonlyArray<string>
}

/**
 * Reads the Dockerfile of a build for its first platform as the build itself would, all instructions of the stages that
 * the target needs included. Nothing runs and nothing is fetched. Fails with everything that is wrong, as a build does.
 */
export const examineBuild = (request: BuildRequest): Effect.Effect<Examined, PlanError, PlanServices> =>
  Effect.gen(function* () {
    const quiet: BuildRequest = { ...request, onEvent: () => {}, onWarning: () => {} }
    const opened = yield* openFor(quiet, false)
    const { shown, text } = opened.dockerfile
    const [platform] = request.platforms
    if (platform === undefined) return yield* Effect.dieMessage("a build is for one platform at least")
    const { graph } = yield* readRequest(quiet, opened, { platform, watch: undefined })
    const bases = yield* LocalBases.peek
    const ends = new Map<number, StageState>()
    const unknown = new Set<string>()
    const vague = new Set<number>()
    const problems: Array<Diagnostic> = []
    const warnings = [...graph.warnings]
    const startOf = ({ base, index, platform: own }: StageNode) =>
      Effect.gen(function* () {
        if (base.of === "stage") {
          if (vague.has(base.index)) vague.add(index)
          const below = ends.get(base.index)
          return below === undefined ? onImage(undefined, own) : onStage(below)
        }
        if (base.of === "scratch") return onImage(undefined, own)
        const found = yield* Effect.either(bases.resolve(base.reference, own))
        if (Either.isRight(found)) return onImage(found.right.config, own)
        unknown.add(base.reference)
        vague.add(index)
        return onImage(undefined, own)
      })
    for (const index of graph.needed) {
      const stage = graph.stages[index]
      if (stage === undefined) continue
      const start = yield* startOf(stage)
      const nodes = stage.steps.map((node) => ({ node, around: graph }))
      const known = (each: Diagnostic): boolean => each.code !== "undefined-variable" || !vague.has(index)
      const folded = foldStage(start, nodes, { skip: graph.check.skip, error: false })
      problems.push(...folded.problems)
      // One for each instruction, unless something is wrong, and nothing else is said then.
      const ignored = stage.steps.flatMap((node, at) => {
        const step = folded.folds[at]
        return step === undefined ? [] : ignoredSources(step.action, node, opened.context, graph.source)
      })
      warnings.push(...judge(graph.check, [...folded.warnings.filter(known), ...ignored]))
      ends.set(index, folded.folds.at(-1)?.state ?? start)
    }
    const wrong = [...problems, ...warnings.filter(({ severity }) => severity === "error")]
    if (isNonEmptyReadonlyArray(wrong)) return yield* new BadBuildFile({ path: shown, diagnostics: wrong })
    return {
      text,
      graph,
      warnings: warnings.toSorted((a, b) => a.range.start.line - b.range.start.line),
      ends,
      unknown: [...unknown]
    }
  }).pipe(Effect.scoped)
