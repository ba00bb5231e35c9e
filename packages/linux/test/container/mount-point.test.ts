import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { O_CLOEXEC, O_DIRECTORY, O_PATH } from "../../src/constants.ts"
import { type Kernel, realKernel } from "../../src/container/Kernel.ts"
import { openMountPoint } from "../../src/container/mount-point.ts"

const { files, sys } = realKernel()

describe("a place to mount on", () => {
  let root = ""
  let top = 0
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "gantry-point-"))
    mkdirSync(join(root, "data"))
    top = sys.open(root, O_PATH | O_DIRECTORY | O_CLOEXEC)
  })
  afterEach(() => {
    sys.close(top)
    rmSync(root, { recursive: true })
  })

  /** This host's, to which the folder is the root. Somebody else does something once it is seen that nothing is there. */
  const kernel = (meanwhile: () => void = () => undefined): Kernel => ({
    sys: { ...sys, openat2: (_, path, how) => sys.openat2(top, path, how) },
    files: {
      ...files,
      readLink: (path) => {
        try {
          return files.readLink(path)
        } catch (error) {
          if (path.endsWith("/file")) meanwhile()
          throw error
        }
      }
    }
  })

  it("is made with all that is missing above it", () => {
    sys.close(openMountPoint(kernel(), "/data/new/file", "file"))
    expect(statSync(join(root, "data/new/file")).isFile()).toBe(true)
    sys.close(openMountPoint(kernel(), "/data/new/directory", "directory"))
    expect(statSync(join(root, "data/new/directory")).isDirectory()).toBe(true)
  })

  it("is not emptied when somebody with the same volume has made it meanwhile", () => {
    const path = join(root, "data/file")
    sys.close(
      openMountPoint(
        kernel(() => writeFileSync(path, "theirs")),
        "/data/file",
        "file"
      )
    )
    expect(readFileSync(path, "utf8")).toBe("theirs")
  })

  it("is not looked for behind a link that somebody has put there meanwhile, outside of the root", () => {
    const outside = mkdtempSync(join(tmpdir(), "gantry-outside-"))
    const victim = join(outside, "victim")
    writeFileSync(victim, "precious")
    const link = (target: string) => kernel(() => symlinkSync(target, join(root, "data/file")))
    expect(() => openMountPoint(link(victim), "/data/file", "file")).toThrow("ENOENT")
    expect(readFileSync(victim, "utf8")).toBe("precious")
    rmSync(join(root, "data/file"))
    expect(() => openMountPoint(link(join(outside, "new")), "/data/file", "file")).toThrow("ENOENT")
    expect(existsSync(join(outside, "new"))).toBe(false)
    rmSync(outside, { recursive: true })
  })
})
