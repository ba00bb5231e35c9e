import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Either } from "effect"
import { afterAll, describe, expect, it } from "vitest"
import { readSettings } from "../../src/config/RegistryConfig.ts"

const scratch = mkdtempSync(join(tmpdir(), "gantry-registries-"))
afterAll(() => rmSync(scratch, { recursive: true }))

const read = (...mirrors: ReadonlyArray<string>) => {
  const file = join(scratch, "gantry.config.json")
  writeFileSync(file, JSON.stringify({ registries: [{ prefix: "docker.io", mirrors }] }))
  return Effect.runPromise(Effect.either(readSettings([file])))
}

describe("where a mirror is", () => {
  it.each([
    ["mirror.example", { host: "mirror.example", scheme: undefined, path: "" }],
    ["mirror.example:5000/hub/", { host: "mirror.example:5000", scheme: undefined, path: "hub" }],
    ["http://mirror.example/a/b", { host: "mirror.example", scheme: "http", path: "a/b" }],
    ["https://[::1]:5000", { host: "[::1]:5000", scheme: "https", path: "" }],
    ["[fd00::1]", { host: "[fd00::1]", scheme: undefined, path: "" }]
  ])("is read of %s", async (text, expected) => {
    expect(await read(text)).toMatchObject(Either.right([{ mirrors: [expected] }]))
  })

  it.each(["http://", "https:///hub", "ftp://mirror.example", "a:b", "a:5000:1", "a b", "user@host", "/hub", "::1"])(
    "is not to be read of %s, and its place is said",
    async (text) => {
      expect(await read("mirror.example", text)).toMatchObject(
        Either.left({ key: "registries[0].mirrors[1]", why: `"${text}" is not HOST[:PORT][/PATH]` })
      )
    }
  )
})
