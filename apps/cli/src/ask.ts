import { createInterface } from "node:readline/promises"
import * as Effect from "effect/Effect"
import type { Terminal } from "./terminal.ts"

/** Asks a yes-or-no question on the terminal; anything but yes is no. */
export const ask = (question: string, terminal: Terminal): Effect.Effect<boolean> =>
  Effect.acquireUseRelease(
    Effect.sync(() => createInterface({ input: process.stdin })),
    (lines) =>
      Effect.promise(async (signal) => {
        terminal.err(question)
        const answer = await lines.question("", { signal }).catch(() => "")
        return /^y(?:es)?$/i.test(answer.trim())
      }),
    (lines) => Effect.sync(() => lines.close())
  )
