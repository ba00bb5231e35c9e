import * as Effect from "effect/Effect"
import type { EngineServices } from "../compose.ts"
import { complaint } from "../show/complaint.ts"
import type { Failure } from "../show/explain.ts"
import { forTemplates } from "../show/inspect-template.ts"
import { goMapProblem } from "../show/go-problem.ts"
import { jsonCompact, jsonPretty } from "../show/json.ts"
import { compile, undefinedFunction, unescapeFormat } from "../show/template.ts"
import type { Terminal } from "../terminal.ts"
import { Usage } from "./Usage.ts"

/** Finds what has a name, in the shape that `inspect` shows. */
export type Finder = (name: string) => Effect.Effect<unknown, Failure, EngineServices>

/** Always an array, also when something was not found: then the rest is shown, and the status is 1. */
export const showAll = (
  names: ReadonlyArray<string>,
  format: string | undefined,
  find: Finder,
  terminal: Terminal
): Effect.Effect<number, Failure, EngineServices> =>
  Effect.gen(function* () {
    const template =
      format === undefined || format === "" || format === "json" ? undefined : compile(unescapeFormat(format))
    if (template !== undefined && !template.ok) return yield* new Usage({ message: template.problem, status: 64 })
    const found: Array<unknown> = []
    let status = 0
    let said = ""
    for (const name of names) {
      const object = yield* find(name).pipe(
        Effect.catchAll((failure) =>
          Effect.sync(() => {
            said += complaint(failure, terminal)
            status = 1
            return undefined
          })
        )
      )
      if (object !== undefined) found.push(object)
    }
    if (template === undefined) {
      terminal.out(format === "json" ? `${jsonCompact(found)}\n` : jsonPretty(found))
      terminal.err(said)
      return status
    }
    // Docker ends an output of which it has nothing as well.
    if (found.length === 0 && terminal.program === "docker") terminal.out("\n")
    for (const object of found) {
      const text = template.value(forTemplates(object))
      if (!text.ok) {
        const unknown = undefinedFunction(text.problem)
        if (unknown !== undefined) {
          const message = `template parsing error: template: :1: ${unknown}`
          return yield* new Usage({ message, hint: "there are json, join, split, upper, lower and others", status: 64 })
        }
        // Docker ends the line that it has not begun.
        if (terminal.program === "docker") terminal.out("\n")
        return yield* new Usage({
          message: text.problem,
          reason: goMapProblem(text.problem, unescapeFormat(format ?? "")),
          speaker: "plain",
          hint: "gantry inspect without --format shows all fields",
          status: 1
        })
      }
      terminal.out(`${text.value}\n`)
    }
    terminal.err(said)
    return status
  })
