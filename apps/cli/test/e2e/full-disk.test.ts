import { execFileSync } from "node:child_process"
import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { buildBase, expectNothingLeft, openGantry, programPath } from "./host/gantry.ts"
import { leftovers } from "./host/host-state.ts"

const megabytes = 24

describe("a full disk", () => {
  const gantry = openGantry([programPath])

  beforeAll(async () => {
    mkdirSync(gantry.root)
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "gantry-full-disk", gantry.root])
    await buildBase(gantry)
  })

  afterAll(async () => {
    await gantry.removeAll()
    execFileSync("umount", [gantry.root])
    gantry.close()
  })

  const build = (name: string, size: number) =>
    gantry.try(
      "build",
      "-t",
      name,
      gantry.context({ Dockerfile: `FROM base\nRUN dd if=/dev/zero of=/big bs=1048576 count=${size}\n` })
    )
  /** The tmpfs itself shows as a mount. */
  const left = () => leftovers(gantry).filter((line) => !line.includes("gantry-full-disk"))

  it("fails the RUN that fills it, tells why, and a smaller build works afterwards", async () => {
    const big = await build("big", megabytes * 2)
    expect(big.status).not.toBe(0)
    expect(big.stderr).toMatch(/No space left on device/)
    expect(left()).toEqual([])
    const small = await build("small", 2)
    expect(small).toMatchObject({ status: 0 })
    expect(await gantry.ok("run", "--rm", "small", "sh", "-c", "wc -c < /big")).toBe(`${2 * 1024 * 1024}`)
  })

  it("fails the COPY that does not fit, tells why, and leaves nothing of it", async () => {
    const directory = gantry.context({
      Dockerfile: "FROM base\nCOPY big /big\n",
      big: new Uint8Array(megabytes * 2 * 1024 * 1024)
    })
    const { status, stderr } = await gantry.try("build", directory)
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/no space/i)
    expect(stderr).not.toMatch(/internal error/)
    expect(left()).toEqual([])
    expect((await build("small", 1)).status).toBe(0)
  })

  it("is what a container sees that fills it; the container can be removed", async () => {
    const { status, stderr } = await gantry.try(
      "run",
      "--name",
      "fat",
      "base",
      "dd",
      "if=/dev/zero",
      "of=/big",
      "bs=1048576",
      `count=${megabytes * 2}`
    )
    expect(status).not.toBe(0)
    expect(stderr).toContain("No space left on device")
    expect(await gantry.ok("ps", "-a", "--format", "{{.Names}}")).toBe("fat")
    await gantry.ok("rm", "fat")
    expect(left()).toEqual([])
    await gantry.ok("run", "--rm", "base", "true")
  })

  it("to its last byte does not keep anybody from looking at what there is, and from removing it", async () => {
    await gantry.ok("build", "-t", "one", gantry.context({ Dockerfile: "FROM base\nRUN echo one >/one\n" }))
    const filler = join(gantry.root, "filler")
    execFileSync("sh", ["-c", `dd if=/dev/zero of=${filler} bs=4096 2>/dev/null || true`])
    expect(Number(execFileSync("stat", ["-f", "-c", "%a", gantry.root]).toString())).toBe(0)
    expect(await gantry.ok("images", "--format", "{{.Repository}}")).toContain("one")
    expect(await gantry.ok("run", "--rm", "one", "cat", "/one")).toBe("one")
    // What takes up room is refused, and takes none of what others need.
    for (const _ of [1, 2]) {
      const { status, stderr } = await gantry.try(
        "build",
        gantry.context({ Dockerfile: "FROM base\nCOPY big /big\n", big: new Uint8Array(2 * 1024 * 1024) })
      )
      expect(status).not.toBe(0)
      expect(stderr).toMatch(/no space/i)
    }
    await gantry.ok("rmi", "one")
    await gantry.ok("system", "prune", "-f")
    rmSync(filler)
    expect(await gantry.ok("check")).toContain("all is well")
  })
})

describe("a root that cannot be written", () => {
  it("is an error that names it", async () => {
    const gantry = openGantry([programPath])
    const { status, stderr } = await gantry.try("--root", "/proc/gantry", "images")
    expect(status).not.toBe(0)
    expect(stderr).toContain("/proc/gantry")
    expect(stderr).not.toMatch(/internal error/)
    await expectNothingLeft(gantry)
    gantry.close()
  })
})
