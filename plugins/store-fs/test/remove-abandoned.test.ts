import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it, vi } from "vitest"
import { removeAbandoned } from "../src/remove-abandoned.ts"

const folder = mkdtempSync(join(tmpdir(), "gantry-abandoned-"))
afterAll(() => rmSync(folder, { recursive: true }))

const notEmpty = Object.assign(new Error("ENOTEMPTY: directory not empty"), { code: "ENOTEMPTY" })

describe("removeAbandoned", () => {
  it("removes a directory that somebody has put a file into meanwhile", async () => {
    const path = join(folder, "busy")
    mkdirSync(path)
    let writes = 3
    const remove = async (each: string) => {
      if (writes-- > 0) {
        writeFileSync(join(each, `late-${writes}`), "")
        throw notEmpty
      }
      await rm(each, { recursive: true })
    }
    expect(await removeAbandoned(path, remove)).toBe(true)
    expect(existsSync(path)).toBe(false)
  })

  it("leaves what somebody never stops writing to", async () => {
    vi.useFakeTimers()
    try {
      const outcome = removeAbandoned("busy", () => Promise.reject(notEmpty))
      await vi.runAllTimersAsync()
      expect(await outcome).toBe(false)
    } finally {
      vi.useRealTimers()
    }
  })

  it("fails at once for any other reason", async () => {
    const readOnly = Object.assign(new Error("EROFS: read-only file system"), { code: "EROFS" })
    await expect(removeAbandoned("folder", () => Promise.reject(readOnly))).rejects.toBe(readOnly)
  })
})
