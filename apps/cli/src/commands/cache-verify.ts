import type { Audited } from "@gantry/engine/verbs/verify-cache"
import { verifyCache } from "@gantry/engine/verbs/verify-cache"
import * as Effect from "effect/Effect"
import { cacheVerify as table } from "../argv/tables/build.ts"
import { auditJson, auditLines, auditSummary } from "../show/audit-rows.ts"
import { inputsOf, nothingMade } from "./build-inputs.ts"
import { buildSource } from "./build-source.ts"
import { define } from "./define.ts"
import { given } from "./read-values.ts"
import { badValue } from "./Usage.ts"

/** `gantry cache verify`: ends with 1 when a step made other files than the cache has, or failed. */
export default define(table, ({ operands: [operand = "."], options }, { terminal }) =>
  Effect.gen(function* () {
    const { sample } = options
    if (sample !== undefined && sample < 1) return yield* badValue(`--sample ${sample}: at least 1`)
    const request = {
      ...(yield* buildSource(operand, options.file, terminal)),
      ...(yield* inputsOf(options, terminal)),
      ...nothingMade(terminal)
    }
    const found = yield* verifyCache(request, {
      ...given("sample", sample),
      ...(options.json ? {} : { onAudited: (audited: Audited) => terminal.out(auditLines(audited)) })
    })
    terminal.out(options.json ? auditJson(found) : auditSummary(found))
    return found.steps.some(({ outcome }) => outcome === "differs" || outcome === "failed") ? 1 : 0
  })
)
