import { execFileSync } from "node:child_process"
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { selfCommand } from "../src/self-command.ts"

const source = fileURLToPath(new URL("../src/self-command.ts", import.meta.url))
const runner = "Deno" in globalThis ? ["run", "-A"] : []

describe("selfCommand", () => {
  let place = ""
  beforeAll(() => {
    place = realpathSync(mkdtempSync(join(tmpdir(), "gantry-self-")))
    const text = `import { selfCommand } from ${JSON.stringify(source)}\nconsole.log(JSON.stringify(selfCommand()))\n`
    writeFileSync(join(place, "entry.ts"), text)
    writeFileSync(join(place, "entry.mjs"), text)
    symlinkSync("entry.mjs", join(place, "gantry"))
    symlinkSync("entry.ts", join(place, "link.ts"))
  })
  afterAll(() => rmSync(place, { recursive: true, force: true }))

  const asked = (script: string): ReadonlyArray<string> =>
    JSON.parse(
      execFileSync(process.execPath, [...runner, script], { cwd: place, encoding: "utf8" })
    ) as ReadonlyArray<string>

  it("names the program that runs it, and the script by its real path", () => {
    const [program, ...rest] = asked(join(place, "entry.mjs"))
    expect(realpathSync(program ?? "")).toBe(realpathSync(process.execPath))
    expect(rest).toEqual([...runner, join(place, "entry.mjs")])
  })

  it("asks for the sources of other packages when it is a source itself", () => {
    expect(asked(join(place, "link.ts")).slice(1)).toEqual([
      ...runner,
      "--conditions=gantry-source",
      join(place, "entry.ts")
    ])
  })

  it("follows the links by which it was called, also from its own directory", () => {
    expect(asked("./gantry").at(-1)).toBe(join(place, "entry.mjs"))
  })

  it("starts the same program again", () => {
    const [program = "", ...args] = asked(join(place, "entry.ts"))
    expect(JSON.parse(execFileSync(program, args, { encoding: "utf8" }))).toEqual([program, ...args])
  })

  it("names at least the program, whatever runs it now", () => {
    expect(selfCommand()[0]).toBe(process.execPath)
  })
})
