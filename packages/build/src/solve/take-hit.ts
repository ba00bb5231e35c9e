import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { inTurns } from "@gantry/core/turns"
import { factsOf, type KnownFacts } from "./facts-of-action.ts"
import { wantedTrees } from "./stand-on.ts"
import type { Folded, Standing, Workshop } from "./Standing.ts"
import { askedOf, factsAround, groundOf, skipOf, standingAfter } from "./standing-after.ts"

/** A step that was looked for: where it leads when the cache has it, and the facts of it when they were read. */
export interface Looked {
  readonly after?: Standing
  readonly known?: KnownFacts
}

/**
 * Takes a step from the cache that needs only its own stage and the build's own context, as most do. The same as
 * {@link takeStep} would, without everything that other steps may need: a build that is wholly cached does little else,
 * and is waited for. Undefined where the step is another one; without a standing where it must be made.
 */
export const takeHit = (before: Standing, folded: Folded, shop: Workshop) => {
  const { action } = folded
  const ground = groundOf(before, folded)
  const sources = wantedTrees(folded)
  const needsMore =
    sources.some((source) => source !== undefined) || (action.kind === "copy" && action.remote !== undefined)
  if (needsMore || skipOf(ground.missed, folded, shop) !== undefined) return undefined
  const facts = inTurns(() =>
    factsOf(action, {
      ...factsAround(ground, folded, shop),
      contexts: sources.map(() => shop.context),
      trees: sources.map(() => undefined)
    })
  )
  const look = (known: KnownFacts) => {
    const asked = askedOf(before, folded, shop, known, ground.chain)
    return Effect.flatMap(shop.steps.hit({ ...asked, recordable: ground.recordable }), (made) => {
      if (made === undefined) return Effect.succeed<Looked>({ known })
      const place = { stack: ground.stack, trees: sources.map(() => undefined), parts: known.parts ?? [] }
      return Effect.map(Clock.currentTimeMillis, (now): Looked => ({
        after: standingAfter(before, folded, shop, { made, place, now })
      }))
    })
  }
  // What is wrong is said by who takes the step.
  return Effect.flatMap(facts, (read) => (Either.isLeft(read) ? Effect.succeed<Looked>({}) : look(read.right)))
}
