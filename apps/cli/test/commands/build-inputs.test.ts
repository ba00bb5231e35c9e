import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { afterAll, beforeAll } from "vitest"
import { buildArguments } from "../../src/commands/build-inputs.ts"

describe("the arguments of a build", () => {
  let folder = ""
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "gantry-build-args-"))
  })
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }

  it.effect("are those of files, of which a later one wins, and those that were typed, which win over all", () =>
    Effect.gen(function* () {
      const first = file("first", "# A comment.\nA=1\nB=two words = 2\n\n  C=3\r\nHERE\nABSENT\n")
      const second = file("second", "A=second\n")
      const found = yield* buildArguments(
        { buildArgFile: [first, second], buildArg: ["C=typed", "D", "NOT"] },
        { HERE: "mine", D: "4" }
      )
      expect(Object.fromEntries(found)).toEqual({ A: "second", B: "two words = 2", C: "typed", HERE: "mine", D: "4" })
    })
  )

  it.effect("cannot be read from a file that is not there, or has no name in a line", () =>
    Effect.gen(function* () {
      const refused = (path: string) => Effect.flip(buildArguments({ buildArgFile: [path], buildArg: [] }, {}))
      expect((yield* refused(join(folder, "none"))).message).toContain(join(folder, "none"))
      const wrong = file("wrong", "=1\n")
      expect((yield* refused(wrong)).message).toContain(`invalid build argument file (${wrong}): no variable name`)
    })
  )
})
