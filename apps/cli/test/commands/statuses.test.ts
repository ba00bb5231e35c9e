import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { showVersion } from "../../src/commands/version.ts"
import { processTerminal } from "../../src/terminal.ts"
import { engine, gantry } from "./bench.ts"
import { build } from "./box.ts"

describe("the exit status", () => {
  it.scoped("is Docker's for what cannot be asked", () =>
    Effect.gen(function* () {
      yield* build("box")
      for (const name of ["one", "two"]) yield* gantry("create", ["--name", name, "box"])
      const statusOf = (...[name, args]: Parameters<typeof gantry>) =>
        Effect.map(gantry(name, args), ({ status }) => status)
      expect(yield* statusOf("start", ["-a", "one", "two"])).toBe(1)
      expect(yield* statusOf("events", ["-f", "nonsense"])).toBe(125)
      expect(yield* statusOf("events", ["-f", "nonsense=1"])).toBe(1)
      expect(yield* statusOf("info", ["-f", "{{"])).toBe(64)
      expect(yield* statusOf("info", ["-f", "{{.Nonsense}}"])).toBe(1)
    }).pipe(Effect.provide(engine))
  )

  it.each([
    ["{{", 64, "gantry: template parsing error: unclosed action\n"],
    ["{{.Nonsense}}", 1, "gantry: template: {{.Nonsense}}: can't evaluate field Nonsense in .Nonsense\n"],
    ["{{.Server.Os}}", 0, ""]
  ])("of version with the template %s is %i", (template, status, told) => {
    const written: Array<string> = []
    const terminal = Object.create(processTerminal(), {
      program: { value: "gantry" },
      out: { value: () => undefined },
      err: { value: (text: string) => void written.push(text) }
    }) as ReturnType<typeof processTerminal>
    expect([showVersion(["version"], ["-f", template], terminal), written.join("")]).toEqual([status, told])
  })
})
