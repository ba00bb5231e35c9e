import { execFileSync } from "node:child_process"
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { withStartVariables } from "../start-variables.ts"

const variables = { GANTRY_FIRST: "one", GANTRY_SECOND: "two words" }
const skip = process.arch !== "x64"

describe.skipIf(skip)("an executable with variables of its own", () => {
  const directory = mkdtempSync(join(tmpdir(), "gantry-start-"))
  const program = join(directory, "node")
  beforeAll(() => {
    writeFileSync(program, withStartVariables(readFileSync(process.execPath), variables) ?? "")
    chmodSync(program, 0o755)
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  const shown = (env: { readonly [name: string]: string }): unknown =>
    JSON.parse(
      execFileSync(program, ["-p", "JSON.stringify([process.env, process.argv.slice(1)])", "a", "b"], {
        encoding: "utf8",
        env
      })
    )

  it("has them where its environment has not, and everything else as it was", () => {
    expect(shown({ OTHER: "x" })).toEqual([{ ...variables, OTHER: "x" }, ["a", "b"]])
    expect(shown({})).toEqual([variables, ["a", "b"]])
  })

  it("keeps what was set", () => {
    expect(shown({ GANTRY_FIRST: "mine" })).toEqual([{ ...variables, GANTRY_FIRST: "mine" }, ["a", "b"]])
  })

  it("is not made of a file of another kind", () => {
    expect(withStartVariables(Buffer.alloc(4096), variables)).toBeUndefined()
    const foreign = Buffer.from(readFileSync(program))
    foreign.writeUInt16LE(183, 18)
    expect(withStartVariables(foreign, variables)).toBeUndefined()
  })
})
