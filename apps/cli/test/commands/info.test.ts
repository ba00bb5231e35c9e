import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { engine, gantry } from "./bench.ts"

describe("gantry info", () => {
  it.scoped("answers for a runtime that is not there as for one that is, and for nothing else", () =>
    Effect.gen(function* () {
      const shown = (template: string) => gantry("info", ["--format", template])
      expect((yield* shown("{{.Runtimes.nvidia}}")).out).toBe("<no value>\n")
      expect((yield* shown("{{range $name, $_ := .Runtimes}}{{$name}} {{end}}")).out).toContain("memory ")
      expect((yield* shown("{{.Runtime}}")).status).toBe(1)
    }).pipe(Effect.provide(engine))
  )
})
