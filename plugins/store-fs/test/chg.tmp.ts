import { Effect, Layer } from "effect"
import { Changesets, changesetLaws } from "@gantry/laws/changeset-laws"
import { tarLaws } from "@gantry/laws/tar-laws"
import { tarFormat } from "@gantry/laws/tar-format"
import { applyChanges, diffTrees, sumChanges } from "@gantry/core/tree/Changeset"
const l = Layer.merge(Layer.succeed(Changesets, { diff: diffTrees, apply: applyChanges, sum: sumChanges }), tarFormat)
for (const law of [...changesetLaws, ...tarLaws]) { const r = await Effect.runPromise(Effect.either(Effect.provide(law.check, l as any)) as any); console.log(law.id, (r as any)._tag, String((r as any).left?.message ?? "").slice(0,3000)) }
