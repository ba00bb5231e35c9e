import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { readSecretFile } from "../../src/secrets/read-secret-file.ts"

describe("a file with a secret", () => {
  const directory = mkdtempSync(join(tmpdir(), "secret-"))
  const path = join(directory, "file")
  afterAll(() => rmSync(directory, { recursive: true }))

  it("is read up to 500 KiB, and not begun when it is larger", () => {
    writeFileSync(path, "value")
    expect(Buffer.from(readSecretFile(path)).toString()).toBe("value")
    truncateSync(path, 500 * 1024)
    expect(readSecretFile(path)).toHaveLength(500 * 1024)
    // More than there is memory.
    truncateSync(path, 2 ** 43)
    expect(() => readSecretFile(path)).toThrow("it is larger than 500 KiB")
  })

  it("is a file", () => {
    for (const other of [directory, "/dev/zero"]) expect(() => readSecretFile(other)).toThrow("it is not a file")
  })
})
