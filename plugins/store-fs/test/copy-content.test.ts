import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { makeFile } from "../src/copy-content.ts"
import { loadKernel } from "../src/kernel.ts"

const piece = 64 * 1024 * 1024

describe("a copy of a long file", () => {
  let root = ""
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "gantry-copy-"))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const making = async (size: number) => {
    const from = join(root, "from")
    writeFileSync(from, "begin")
    truncateSync(from, size)
    const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
    const to = join(root, "to")
    const content = { from: "file", path: from } as const
    return { to, steps: makeFile(await loadKernel(), to, { content, size, mode: 0o640, ...owner }) }
  }

  it("lets others have their turn between its pieces", async () => {
    const { steps, to } = await making(piece + 1)
    expect(steps.next().done).toBe(false)
    expect(statSync(to)).toMatchObject({ size: piece })
    expect(steps.next().done).toBe(true)
    const { mode, size } = statSync(to)
    expect([size, mode & 0o7777]).toEqual([piece + 1, 0o640])
    expect(readFileSync(to).subarray(0, 6).toString()).toBe("begin\0")
  })

  it("can be given up half way, and holds nothing open then", async () => {
    const { steps } = await making(2 * piece)
    const open = () => readdirSync("/proc/self/fd").length
    const before = open()
    steps.next()
    expect(open()).toBe(before + 2)
    steps.return(undefined)
    expect(open()).toBe(before)
  })
})
