import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type Kernel, loadKernel } from "../src/kernel.ts"
import { listLive } from "../src/list-live.ts"

let root = ""
let upper = ""
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "gantry-list-live-"))
  upper = join(root, "diff")
  mkdirSync(join(upper, "a/b"), { recursive: true })
  writeFileSync(join(upper, "a/b/mine"), "")
  symlinkSync("target", join(upper, "link"))
  mkdirSync(join(root, "outside/b/deep"), { recursive: true })
  writeFileSync(join(root, "outside/b/secret"), "")
})
afterEach(() => rmSync(root, { recursive: true }))

/** Does something when the attributes of what has this name are read: after it was seen, before it is entered. */
const meanwhile = (kernel: Kernel, name: string, act: () => void): Kernel => {
  let done = false
  return {
    ...kernel,
    llistxattr: (path, ...rest) => {
      if (!done && String(path).endsWith(name)) {
        done = true
        act()
      }
      return kernel.llistxattr(path, ...rest)
    }
  }
}

const swap = (path: string, target: string) => (): void => {
  renameSync(join(upper, path), join(root, "away"))
  symlinkSync(target, join(upper, path))
}

describe.runIf(process.getuid?.() === 0)("the list of a directory that somebody writes into", () => {
  it("has everything that is in it, sorted by path", async () => {
    const items = listLive(await loadKernel(), upper)
    expect(items.map(({ path }) => path)).toEqual(["", "a", "a/b", "a/b/mine", "link"])
    expect(items.at(-1)?.entry).toMatchObject({ type: "symlink", target: "target" })
    expect(items[3]).toMatchObject({ disk: join(upper, "a/b/mine"), entry: { type: "file" } })
  })

  it.each(["a", "a/b"])("tells nothing from outside when %s becomes a link after it was seen", async (path) => {
    const outside = join(root, path === "a" ? "outside" : "outside/b")
    const kernel = meanwhile(await loadKernel(), path.slice(-1), swap(path, outside))
    const paths = listLive(kernel, upper).map((item) => item.path)
    expect(paths).toContain(path)
    expect(paths.filter((each) => each.startsWith(`${path}/`))).toEqual([])
  })

  it("tells nothing from outside when a directory above becomes a link", async () => {
    const kernel = meanwhile(await loadKernel(), "/b", swap("a", join(root, "outside")))
    expect(listLive(kernel, upper).map(({ path }) => path)).not.toContain("a/b/secret")
  })

  it("leaves out what is gone when it is looked at", async () => {
    const kernel = meanwhile(await loadKernel(), "/link", () => rmSync(join(upper, "link")))
    expect(listLive(kernel, upper).map(({ path }) => path)).not.toContain("link")
  })
})
