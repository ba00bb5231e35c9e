import { format } from "@gantry/core/image/Platform"
import { type BuildGraph, type CopySource, type StageBase, stageName } from "./BuildGraph.ts"

/**
 * The graph as text, one line a stage and one a step: what will be built, from what, and what is left out.
 * For people and for tests.
 */
export const print = (graph: BuildGraph): string => {
  const name = (index: number) => {
    const stage = graph.stages[index]
    return stage === undefined ? `stage-${index}` : stageName(stage)
  }
  const place = (from: StageBase | CopySource): string => {
    if (from.of === "stage") return `stage ${name(from.index)}`
    if (from.of === "context") return `context ${from.name}`
    return from.of === "image" ? `image ${from.reference}` : "scratch"
  }
  const lines = graph.stages.flatMap((stage) => {
    const marks = [
      ...(stage.index === graph.target ? ["target"] : []),
      ...(graph.needed.includes(stage.index) ? [] : ["not needed"])
    ]
    const mark = marks.length === 0 ? "" : ` (${marks.join(", ")})`
    return [
      `${stageName(stage)}: from ${place(stage.base)} for ${format(stage.platform)}${mark}`,
      ...stage.steps.map(
        ({ from, instruction }) => `  ${instruction.text}${from === undefined ? "" : ` <- ${place(from)}`}`
      )
    ]
  })
  return `${lines.join("\n")}\n`
}
