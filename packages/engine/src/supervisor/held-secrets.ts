import type { LaunchPlan } from "@gantry/core/runtime/Launcher"
import { reveal, type Withheld } from "./withhold.ts"

/** The secrets of one container, in the memory of its supervisor and nowhere else, for as long as it may be started. */
export interface HeldSecrets {
  /** One comes from the starter. True when all are there. */
  readonly take: (placeholder: string, text: string) => boolean
  /** The starter has gone: what is not there now never will be. */
  readonly close: () => void
  /** A plan with all of them; undefined when some never came. */
  readonly reveal: (plan: LaunchPlan) => Promise<LaunchPlan | undefined>
  readonly text: (placeholder: string) => string | undefined
}

/** Waits for these secrets. */
export const holdSecrets = (withheld: ReadonlyArray<Withheld>): HeldSecrets => {
  const texts = new Map<string, string>()
  const whole = Promise.withResolvers<void>()
  const isWhole = (): boolean => withheld.every(({ placeholder }) => texts.has(placeholder))
  return {
    take: (placeholder, text) => {
      texts.set(placeholder, text)
      if (isWhole()) whole.resolve()
      return isWhole()
    },
    close: whole.resolve,
    reveal: async (plan) => {
      await whole.promise
      return isWhole() ? reveal(plan, texts) : undefined
    },
    text: (placeholder) => texts.get(placeholder)
  }
}
