import * as Effect from "effect/Effect"
import type { EngineServices } from "../compose.ts"
import { complaint } from "../show/complaint.ts"
import type { Failure } from "../show/explain.ts"
import type { Terminal } from "../terminal.ts"

/**
 * Does something for each operand; one that fails is reported and does not keep the others from their turn. Succeeds
 * with 0, or with 1 when any failed.
 */
export const each = (
  operands: ReadonlyArray<string>,
  terminal: Terminal,
  body: (operand: string) => Effect.Effect<string | undefined, Failure, EngineServices>
): Effect.Effect<number, never, EngineServices> =>
  Effect.map(
    Effect.forEach(operands, (operand) =>
      Effect.matchEffect(body(operand), {
        onFailure: (failure) =>
          Effect.sync(() => {
            terminal.err(complaint(failure, terminal))
            return 1
          }),
        onSuccess: (line) =>
          Effect.sync(() => {
            if (line !== undefined) terminal.out(`${line}\n`)
            return 0
          })
      })
    ),
    (statuses) => Math.max(0, ...statuses)
  )
