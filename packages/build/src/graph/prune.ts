import { sourcesOf, type StageNode } from "./BuildGraph.ts"

/** The stages that a stage is built on or copies from. */
export const dependencies = ({ base, steps }: Pick<StageNode, "base" | "steps">): ReadonlySet<number> => {
  const found = new Set<number>()
  if (base.of === "stage") found.add(base.index)
  for (const source of steps.flatMap(sourcesOf)) if (source.of === "stage") found.add(source.index)
  return found
}

/** Positions of the stages that `target` needs, itself included, in file order. Nothing else is built. */
export const prune = (stages: ReadonlyArray<StageNode>, target: number): ReadonlyArray<number> => {
  const needed = new Set<number>()
  const pending = [target]
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    const stage = stages[index]
    if (stage === undefined || needed.has(index)) continue
    needed.add(index)
    pending.push(...dependencies(stage))
  }
  return [...needed].toSorted((a, b) => a - b)
}
