import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { modeChange } from "../../src/key/chmod.ts"

const changed = (text: string, mode: number, directory = false): string | undefined =>
  modeChange(text)?.(mode, directory).toString(8)

const clause = fc
  .tuple(
    fc.constantFrom("", "u", "g", "o", "a", "ug", "go", "uo", "ugo"),
    fc.array(
      fc.tuple(
        fc.constantFrom("+", "-", "="),
        fc.constantFrom("", "r", "w", "x", "X", "rw", "rX", "rwx", "s", "t", "xs", "rwXst", "u", "g", "o")
      ),
      { minLength: 1, maxLength: 2 }
    )
  )
  .map(([who, actions]) => `${who}${actions.map(([operator, letters]) => `${operator}${letters}`).join("")}`)

const clauses = fc.array(clause, { minLength: 1, maxLength: 3 }).map((each) => each.join(","))

describe("modeChange", () => {
  let place = ""
  beforeAll(() => {
    place = mkdtempSync(join(tmpdir(), "gantry-chmod-"))
    writeFileSync(join(place, "file"), "")
    mkdirSync(join(place, "directory"))
  })
  afterAll(() => rmSync(place, { recursive: true, force: true }))

  it("takes octal digits as the whole mode, of files and directories", () => {
    expect(changed("755", 0o640)).toBe("755")
    expect(changed("0755", 0o4711)).toBe("755")
    expect(changed("4755", 0o644)).toBe("4755")
    expect(changed("7", 0o777, true)).toBe("7")
  })

  it("adds, takes away and replaces permissions", () => {
    expect(changed("+x", 0o644)).toBe("755")
    expect(changed("go-w", 0o666)).toBe("644")
    expect(changed("u=rwX,go=rX", 0o600)).toBe("644")
    expect(changed("u=rwX,go=rX", 0o600, true)).toBe("755")
    expect(changed("a=r,u+w", 0o777)).toBe("644")
    expect(changed("g=u,o=g-w", 0o640)).toBe("664")
    expect(changed("g=uw", 0o640)).toBeUndefined()
  })

  it("does each change on what the one before left", () => {
    expect(changed("u+x,a+X", 0o600)).toBe("711")
    expect(changed("a-x,a+X", 0o755)).toBe("644")
  })

  it.each(["", "8", "999", "u", "u+q", "z+x", "u+x,", ",", "u+x go+r", "888", "0x1ff", "-1", "1234567", "+x\n"])(
    "refuses %j",
    (text) => {
      expect(modeChange(text)).toBeUndefined()
    }
  )

  // The real program is the judge. It is asked with no mask, because a build has none.
  it("does to any mode what chmod does", () => {
    fc.assert(
      fc.property(clauses, fc.integer({ min: 0, max: 0o7777 }), fc.boolean(), (text, mode, directory) => {
        const path = join(place, directory ? "directory" : "file")
        chmodSync(path, mode)
        execFileSync("sh", ["-c", 'umask 0; exec chmod -- "$1" "$2"', "sh", text, path], { stdio: "pipe" })
        const wanted = (statSync(path).mode & 0o7777).toString(8)
        expect(`${text} on ${mode.toString(8)}: ${changed(text, mode, directory)}`).toBe(
          `${text} on ${mode.toString(8)}: ${wanted}`
        )
      }),
      { numRuns: 150 }
    )
  })
})
