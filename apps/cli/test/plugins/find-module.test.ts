import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { findModule } from "../../src/plugins/find-module.ts"

const home = mkdtempSync(join(tmpdir(), "find-module-"))
afterAll(() => rmSync(home, { recursive: true }))

const files: { readonly [path: string]: string } = {
  "mine.ts": "",
  "both.ts": "",
  "both.js": "",
  "both/index.js": "",
  "packed/package.json": '{"name": "packed", "version": "2.0.0", "exports": {".": {"import": "./main.mjs"}}}',
  "packed/main.mjs": "",
  "plain.mjs": "",
  "node_modules/@me/store/package.json": '{"name": "@me/store", "exports": {"./*": "./lib/*.js"}}',
  "node_modules/@me/store/lib/blobs.js": ""
}
for (const [path, text] of Object.entries(files)) {
  mkdirSync(dirname(join(home, path)), { recursive: true })
  writeFileSync(join(home, path), text)
}

describe("the module that a user names", () => {
  it.each([
    ["./mine.ts", "mine.ts"],
    ["./mine", "mine.ts"],
    ["./plain", "plain.mjs"],
    [join(home, "mine"), "mine.ts"],
    // What is there as it was written counts, a folder too.
    ["./both", "both/index.js"],
    ["./packed", "packed/main.mjs"],
    ["@me/store/blobs", "node_modules/@me/store/lib/blobs.js"]
  ])("is, for %s, %s", (module, file) => {
    expect(findModule(module, home).file).toBe(join(home, file))
  })

  it.each([
    ["./nothing", `there is no ${join(home, "nothing")}, with or without .ts, .js, .mts, .mjs`],
    ["nothing", `there is no package nothing for ${home}`],
    ["@me/store", "does not export ."]
  ])("is looked for in vain when it is %s", (module, why) => {
    expect(() => findModule(module, home)).toThrow(why)
  })
})
