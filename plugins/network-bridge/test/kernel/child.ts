import { networkLaws } from "@gantry/laws/network-laws"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { checks } from "./checks.ts"
import { environment, look, run } from "./Lab.ts"

/*
 * Runs in a network namespace that was made for it, where it stands for a whole host, and prints one line of JSON for
 * each law and each check: its name and, if it is broken, why.
 */

const bodies = [
  ...networkLaws(look).map(({ check, id, sentence }) => ({ name: `${id} ${sentence}`, body: check })),
  ...checks.map(({ body, sentence }) => ({ name: sentence, body: Effect.scoped(body) }))
]

run("ip", "link", "set", "lo", "up")
const all = Effect.forEach(bodies, ({ body, name }) =>
  Effect.map(Effect.exit(body), (exit) => {
    const problem = Exit.isFailure(exit) ? { problem: Cause.pretty(exit.cause) } : {}
    process.stdout.write(`${JSON.stringify({ name, ...problem })}\n`)
  })
)
await Effect.runPromise(Effect.provide(all, environment))
