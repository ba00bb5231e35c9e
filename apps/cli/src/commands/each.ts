import * as Effect from "effect/Effect"
import type { EngineServices } from "../compose.ts"
import { type Beginning, complaint } from "../show/complaint.ts"
import type { Failure } from "../show/explain.ts"
import type { Terminal } from "../terminal.ts"

/** How many containers are dealt with at the same time, where none needs another: Docker's number. */
export const manyAtOnce = 50

/**
 * Does something for each operand; one that fails is reported and does not keep the others from their turn. Succeeds
 * with 0, or with 1 when any failed. `atOnce`: how many at the same time; what comes of them is told in their order.
 * `beginning`: what docker's daemon says before what is wrong with one.
 */
export const each = (
  operands: ReadonlyArray<string>,
  terminal: Terminal,
  body: (operand: string, at: number) => Effect.Effect<string | undefined, Failure, EngineServices>,
  atOnce = 1,
  beginning?: (operand: string) => Beginning
): Effect.Effect<number, never, EngineServices> => {
  const untold = new Map<number, () => void>()
  let next = 0
  const tell = (at: number, words: () => void): void => {
    untold.set(at, words)
    for (let turn = untold.get(next); turn !== undefined; turn = untold.get(++next)) turn()
  }
  return Effect.map(
    Effect.forEach(
      operands,
      (operand, at) =>
        Effect.match(body(operand, at), {
          onFailure: (failure) => {
            tell(at, () => terminal.err(complaint(failure, terminal, undefined, beginning?.(operand))))
            return 1
          },
          onSuccess: (line) => {
            tell(at, () => (line === undefined ? undefined : terminal.out(`${line}\n`)))
            return 0
          }
        }),
      { concurrency: atOnce }
    ),
    (statuses) => Math.max(0, ...statuses)
  )
}
