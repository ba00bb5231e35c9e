import * as Effect from "effect/Effect"
import { jsonCompact } from "../show/json.ts"
import { render, templateStatus, unescapeFormat, withMaps } from "../show/template.ts"
import type { Terminal } from "../terminal.ts"
import { Usage } from "./Usage.ts"

/**
 * Prints one object as `--format` wants it: `json`, or what a Go template makes of it. `maps`: the fields that a template
 * may ask for what is not there.
 */
export const printObject = (
  format: string,
  facts: unknown,
  {
    command,
    maps = [],
    terminal
  }: { readonly command: string; readonly maps?: ReadonlyArray<string>; readonly terminal: Terminal }
): Effect.Effect<number, Usage> => {
  const text =
    format === "json"
      ? { ok: true as const, value: jsonCompact(facts) }
      : render(unescapeFormat(format), withMaps(facts, new Set(maps)))
  if (!text.ok) {
    const hint = `gantry ${command} --format json shows all fields`
    return new Usage({ message: text.problem, hint, status: templateStatus(text.problem) })
  }
  terminal.out(`${text.value}\n`)
  return Effect.succeed(0)
}
