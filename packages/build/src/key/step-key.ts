import * as Context from "effect/Context"
import { ofBytes } from "@gantry/core/image/Digest"
import type { StepKey } from "@gantry/core/store/BuildCache"
import { spellFacts, type StepFacts } from "./StepFacts.ts"

/** The name of a step's result: the digest of its spelled facts (KEY-2, KEY-3). */
export const stepKey = (facts: StepFacts): StepKey => keyOfSpelling(spellFacts(facts))

/** The key of facts that are spelled already. */
export const keyOfSpelling = (facts: string): StepKey => ofBytes(facts) as StepKey

/**
 * How the solver spells facts. Nobody needs another way than {@link spellFacts}, except those who prove that the laws
 * notice a spelling that forgets something.
 */
export class Spelling extends Context.Reference<Spelling>()("@gantry/build/Spelling", {
  defaultValue: (): ((facts: StepFacts) => string) => spellFacts
}) {}
