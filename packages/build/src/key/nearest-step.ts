import type { NearStep } from "@gantry/core/store/BuildCache"

/** A step that the cache does not have, where it stands. */
export interface MissedStep {
  readonly stage: string
  /** Counts from 1 inside the stage; FROM is 1. */
  readonly number: number
  readonly instruction: string
  /** As in its record. */
  readonly parent: string
  /** The parent is a step, and not an image or nothing. */
  readonly isOnStep: boolean
  /** All instructions of its stage, FROM left out: the first one has number 2. */
  readonly texts: ReadonlyArray<string>
}

/** What the missed step is in comparison with the last build: another form of an earlier one, a new one, or what follows a gap. */
export type Nearest =
  | { readonly is: "changed"; readonly from: NearStep }
  /** `above`: the earlier step that it was added before; none at the end. */
  | { readonly is: "added"; readonly above?: string }
  /** The step that was between its parent and it is gone. */
  | { readonly is: "following"; readonly removed: string }
  | { readonly is: "unknown" }

/**
 * Finds what a missed step should be compared with, so that an instruction added or taken away above is called that, and
 * what comes after it is not compared with its neighbours.
 *
 * The first step of a stage that misses stands on the same parent as before, unless the base is another: so the earlier
 * steps on that parent come first, those of this place before those of other builds.
 */
export const nearestStep = (missed: MissedStep, near: ReadonlyArray<NearStep>): Nearest => {
  const met = near.filter(({ place }) => place !== undefined)
  const here = met.filter(({ place }) => place?.stage === missed.stage)
  const onParent = near.filter(({ parent }) => parent === missed.parent)
  const same = (step: NearStep): boolean => step.instruction === missed.instruction
  const next = here.find(({ parent }) => parent === missed.parent) ?? onParent.find(({ place }) => place !== undefined)
  const alike = [...(next === undefined ? [] : [next]), ...onParent].find(
    // Another Dockerfile on the same image is not this one; one with the same steps before this one may well be.
    (step) => same(step) && (step.place !== undefined || met.length > 0 || missed.isOnStep)
  )
  if (alike !== undefined) return { is: "changed", from: alike }
  if (next !== undefined) {
    // Counted, because a stage may say the same twice.
    const { number: from = 0, stage } = next.place ?? {}
    const were = met.filter(({ place }) => place?.stage === stage && (place?.number ?? 0) >= from)
    const had = (text: string): number => were.filter(({ instruction }) => instruction === text).length
    const below = missed.texts.slice(missed.number - 2)
    const has = (text: string): number => below.filter((each) => each === text).length
    const staysBelow = has(next.instruction) >= had(next.instruction)
    const wasBelow = had(missed.instruction) >= has(missed.instruction)
    if (staysBelow && !wasBelow) return { is: "added", above: next.instruction }
    if (wasBelow && !staysBelow) return { is: "following", removed: next.instruction }
    return { is: "changed", from: next }
  }
  // The parent was the last step of its stage.
  if (here.some(({ key }) => key === missed.parent)) return { is: "added" }
  const [closest] = here.filter(same).toSorted((a, b) => distance(a, missed) - distance(b, missed))
  const inPlace = here.find(({ place }) => place?.number === missed.number)
  const from = closest ?? inPlace ?? met.find(same)
  return from === undefined ? { is: "unknown" } : { is: "changed", from }
}

const distance = ({ place }: NearStep, { number }: MissedStep): number => Math.abs((place?.number ?? 0) - number)
