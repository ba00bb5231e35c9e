import { canonicalChanges } from "@gantry/core/tree/canonical-changes"
import { applyChanges, diffTrees, sumChanges } from "@gantry/core/tree/Changeset"
import * as Layer from "effect/Layer"
import { Changesets } from "./changeset-laws.ts"

/** The functions of core. */
export const changesets: Layer.Layer<Changesets> = Layer.succeed(Changesets, {
  diff: diffTrees,
  apply: applyChanges,
  sum: sumChanges,
  canonical: canonicalChanges
})
