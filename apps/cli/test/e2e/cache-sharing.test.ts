import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { openGantry, programPath, useGantry } from "./host/gantry.ts"
import { type RegistryServer, startRegistry } from "./host/registry.ts"

const dockerfile = `FROM scratch AS tools
COPY busybox /bin/busybox
RUN ["/bin/busybox","sh","-c","/bin/busybox date +%s%N > /made"]
FROM scratch
COPY busybox /bin/busybox
ENV A=1
RUN ["/bin/busybox","sh","-c","/bin/busybox date +%s%N > /first"]
COPY app /app
COPY --from=tools /made /made
`

describe("a build cache that engines share", () => {
  const gantry = useGantry()
  let registry: RegistryServer

  beforeAll(async () => {
    registry = await startRegistry()
  })
  afterAll(() => registry.close())

  const context = () => {
    const path = gantry.context({ Dockerfile: dockerfile, app: "program" })
    copyFileSync("/bin/busybox", join(path, "busybox"))
    return path
  }

  /** Does something with an engine that has nothing yet. */
  const elsewhere = async <A>(use: (other: ReturnType<typeof openGantry>) => Promise<A>): Promise<A> => {
    const other = openGantry([programPath])
    try {
      return await use(other)
    } finally {
      await other.ok("system", "reset", "-f")
      other.close()
    }
  }

  const places = () =>
    [
      ["registry", `type=registry,ref=${registry.host}/team/cache:main,mode=max`, `${registry.host}/team/cache:main`],
      [
        "folder",
        `type=local,dest=${join(gantry.scratch, "cache")},mode=max`,
        `type=local,src=${join(gantry.scratch, "cache")}`
      ]
    ] as const

  it("through a registry or a folder gives the same image elsewhere, and no process is started", async () => {
    const path = context()
    const [[, toRegistry], [, toFolder]] = places()
    const id = await gantry.ok("build", "-q", "--cache-to", toRegistry, "--cache-to", toFolder, path)
    for (const [where, , from] of places()) {
      await elsewhere(async (other) => {
        const again = await other.try("build", "-q", "--require-cached", "--cache-from", from, path)
        expect([where, again.status, again.stdout.trim()]).toEqual([where, 0, id])
        expect((await other.try("check")).status).toBe(0)
      })
    }
  })

  it("is missed where a file was changed, and nowhere before", async () => {
    const path = context()
    const [[, toRegistry, fromRegistry]] = places()
    await gantry.ok("build", "-q", "--cache-to", toRegistry, path)
    writeFileSync(join(path, "app"), "another program")
    await elsewhere(async (other) => {
      const { stderr } = await other.try("build", "--explain", "--cache-from", fromRegistry, path)
      const ran = stderr.split("\n").filter((line) => line.startsWith("ran "))
      expect(ran).toHaveLength(2)
      expect(ran[0]).toContain("COPY app /app")
      expect(ran[1]).toContain("COPY --from=tools /made /made")
    })
  })

  it("that is damaged, foreign or not there costs a warning and a rebuild, never the build", async () => {
    const path = context()
    const [, [, toFolder, fromFolder]] = places()
    const folder = join(gantry.scratch, "cache")
    rmSync(folder, { recursive: true, force: true })
    await gantry.ok("build", "-q", "--cache-to", toFolder, path)
    const index = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as {
      readonly manifests: ReadonlyArray<{ readonly digest: string }>
    }
    const blob = (digest = "") => join(folder, "blobs/sha256", digest.replace("sha256:", ""))
    const manifest = JSON.parse(readFileSync(blob(index.manifests[0]?.digest), "utf8")) as {
      readonly config: { readonly digest: string }
      readonly layers: ReadonlyArray<{ readonly digest: string }>
    }
    const damages: ReadonlyArray<readonly [string, () => void]> = [
      ["a layer", () => writeFileSync(blob(manifest.layers.at(-1)?.digest), "damaged")],
      ["all layers", () => manifest.layers.forEach(({ digest }) => rmSync(blob(digest), { force: true }))],
      ["the records", () => writeFileSync(blob(manifest.config.digest), "{}")],
      ["the index", () => writeFileSync(join(folder, "index.json"), "[")],
      ["everything", () => rmSync(folder, { recursive: true })]
    ]
    for (const [what, damage] of damages) {
      damage()
      await elsewhere(async (other) => {
        const { status, stderr } = await other.try("build", "-t", "app", "--cache-from", fromFolder, path)
        expect([what, status, /warning: .*cache/.test(stderr)]).toEqual([what, 0, true])
        expect((await other.try("check")).status).toBe(0)
        await other.ok("build", "-q", "--require-cached", path)
      })
    }
  })

  it("that cannot be left fails the build, or is a warning with ignore-error", async () => {
    await registry.stop()
    const [[, toRegistry]] = places()
    const path = context()
    const lenient = await gantry.try("build", "-t", "lenient", "--cache-to", `${toRegistry},ignore-error=true`, path)
    expect([lenient.status, lenient.stderr.includes("warning: the cache was not left")]).toEqual([0, true])
    const strict = await gantry.try("build", "-t", "strict", "--cache-to", toRegistry, path)
    expect(strict.status).not.toBe(0)
    expect((await gantry.try("inspect", "strict")).status).not.toBe(0)
    await registry.start()
  })
})
