import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { parseContextSource } from "../src/argv/values/context-source.ts"
import { lookAt } from "../src/look-at.ts"

const directory = mkdtempSync(join(tmpdir(), "gantry-look-at-"))
afterAll(() => rmSync(directory, { recursive: true }))
writeFileSync(join(directory, "file"), "")
symlinkSync("loop", join(directory, "loop"))
const tooLong = "x".repeat(300)

describe("a path that somebody wrote", () => {
  it("is something, nothing, or says why it cannot be looked at", () => {
    expect(lookAt(join(directory, "file")).stat?.isFile()).toBe(true)
    expect([lookAt(join(directory, "none")), lookAt(join(directory, "file/none"))]).toEqual([{}, {}])
    expect(lookAt(join(directory, "loop")).why).toMatch(/ELOOP/)
    expect(lookAt(join(directory, tooLong)).why).toMatch(/ENAMETOOLONG/)
  })

  it("is refused as a context in words, and is no hindrance to an address that is long", () => {
    expect(parseContextSource("file/none", directory)).toMatchObject({
      ok: false,
      problem: 'path "file/none" not found'
    })
    expect(parseContextSource("loop", directory)).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/^path "loop" cannot be used: /)
    })
    const address = `https://example.org/${tooLong}.git`
    expect(parseContextSource(address, directory)).toMatchObject({ ok: true, value: { of: "repository" } })
  })
})
