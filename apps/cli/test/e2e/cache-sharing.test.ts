import { createHash } from "node:crypto"
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { archiveOf, plainRecord, record } from "@gantry/laws/samples/hostile-archives"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { countingProxy } from "./host/counting-proxy.ts"
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

  const copyBase = async (other: ReturnType<typeof openGantry>): Promise<void> => {
    const archive = join(gantry.scratch, "base.tar")
    if (!existsSync(archive)) await gantry.ok("save", "-o", archive, "base")
    await other.ok("load", "-q", "-i", archive)
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

  const mounting = `FROM base
RUN --mount=type=cache,target=/npm,mode=0750,uid=7 --mount=type=cache,id=other,target=/o sh -c 'echo more >> /npm/x; ln -sf x /npm/l; wc -l < /npm/x; stat -c %a:%u /npm; touch /o/y'
`
  const oci = { headers: { accept: "application/vnd.oci.image.manifest.v1+json" } }
  const lines = (stderr: string) => [...stderr.matchAll(/^#\d+ [\d.]+ (.+)$/gm)].map(([, line]) => line)

  it("takes cache mounts along where both sides want it, and only where there is none of that name", async () => {
    const path = gantry.context({ Dockerfile: mounting })
    const built = (engine: Pick<typeof gantry, "try">, ...args: ReadonlyArray<string>) =>
      engine.try("build", "--progress=plain", "--no-cache", ...args, path)
    const both = [
      [`type=registry,ref=${registry.host}/team/mounts:main`, `type=registry,ref=${registry.host}/team/mounts:main`],
      [
        `type=local,dest=${join(gantry.scratch, "mounts")},compression=zstd`,
        `type=local,src=${join(gantry.scratch, "mounts")}`
      ]
    ] as const
    const left = both.flatMap(([to]) => ["--cache-to", `${to},mounts=true`])
    expect(lines((await built(gantry, ...left)).stderr)).toEqual(["1", "750:7"])
    for (const [, from] of both) {
      await elsewhere(async (other) => {
        await copyBase(other)
        // Nobody asked.
        const plain = await built(other, "--cache-from", from)
        expect([plain.status, lines(plain.stderr)]).toEqual([0, ["1", "750:7"]])
        // There is one already.
        const had = await built(other, "--cache-from", `${from},mounts=true`)
        expect([had.status, lines(had.stderr)]).toEqual([0, ["2", "750:7"]])
        await other.ok("builder", "prune", "-af")
        const taken = await built(other, "--cache-from", `${from},mounts=true`)
        expect([taken.status, lines(taken.stderr)]).toEqual([0, ["2", "750:7"]])
        expect((await other.try("check")).status).toBe(0)
      })
    }
  })

  it("sends a cache mount again only when something in it is another one", async () => {
    const proxy = await countingProxy(registry)
    try {
      const Dockerfile =
        "FROM base\nARG N\nRUN --mount=type=cache,target=/once sh -c 'test -e /once/$N || seq 100000 >/once/$N'\n"
      const path = gantry.context({ Dockerfile })
      const to = `type=registry,ref=${proxy.host}/team/once:main`
      /** The digest of the mount's blob, and how many uploads were begun. */
      const left = async (n: string) => {
        proxy.forget()
        await gantry.ok("build", "-q", "--no-cache", "--build-arg", `N=${n}`, "--cache-to", `${to},mounts=true`, path)
        const uploads = proxy.passed.filter(
          ({ method, path: at }) => method === "POST" && at.includes("/blobs/uploads/")
        )
        const manifest = await (await fetch(`${registry.url}/v2/team/once/manifests/main`, oci)).text()
        const { layers } = JSON.parse(manifest) as { layers: ReadonlyArray<{ digest: string; mediaType: string }> }
        return { uploads: uploads.length, mount: layers.find(({ mediaType }) => mediaType.includes("mount"))?.digest }
      }
      const first = await left("x")
      expect(first.mount).toMatch(/^sha256:/)
      const same = await left("x")
      // Only the list of records is another one: it says when the step was run.
      expect(same).toEqual({ mount: first.mount, uploads: 1 })
      const other = await left("y")
      expect([other.uploads, other.mount === first.mount]).toEqual([2, false])
      await elsewhere(async (engine) => {
        await copyBase(engine)
        const seen = gantry.context({
          Dockerfile: "FROM base\nRUN --mount=type=cache,target=/once sh -c 'cat /once/x /once/y | wc -l'\n"
        })
        const from = `type=registry,ref=${registry.host}/team/once:main,mounts=true`
        const { stderr } = await engine.try("build", "--progress=plain", "--cache-from", from, seen)
        expect(lines(stderr)).toEqual(["200000"])
      })
    } finally {
      await proxy.close()
    }
  })

  it("takes no cache mount that is not what was promised, or that leads out of its place", async () => {
    const path = gantry.context({ Dockerfile: mounting })
    const folder = join(gantry.scratch, "hostile-mounts")
    await gantry.ok("build", "-q", "--no-cache", "--cache-to", `type=local,dest=${folder},mounts=true`, path)
    const place = (digest: string) => join(folder, "blobs/sha256", digest.replace("sha256:", ""))
    type Blob = { digest: string; size: number; mediaType: string }
    const json = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"))
    const index = json(join(folder, "index.json")) as { manifests: [Blob] }
    const manifest = json(place(index.manifests[0].digest)) as { layers: Array<Blob> }
    const store = (bytes: Uint8Array): Pick<Blob, "digest" | "size"> => {
      const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`
      writeFileSync(place(digest), bytes)
      return { digest, size: bytes.length }
    }
    const shown = async (what: string) =>
      elsewhere(async (other) => {
        await copyBase(other)
        const from = `type=local,src=${folder},mounts=true`
        const { status, stderr } = await other.try(
          "build",
          "--progress=plain",
          "--no-cache",
          "--cache-from",
          from,
          path
        )
        expect([what, status, lines(stderr)]).toEqual([what, 0, ["1", "750:7"]])
        expect(stderr).toMatch(/warning: the cache mount \/npm of .* is not used/)
        expect((await other.try("check")).status).toBe(0)
      })
    const outside = join(gantry.scratch, "planted")
    const archives = [
      archiveOf(record({ name: "../../../planted" })),
      archiveOf(record({ name: "l", type: "2", link: gantry.scratch }), plainRecord("l/planted", "x")),
      archiveOf(plainRecord("x", "1\n2\n")).subarray(0, 700)
    ]
    for (const [at, archive] of archives.entries()) {
      Object.assign(manifest, {
        layers: manifest.layers.map((each) =>
          each.mediaType.includes("mount") ? { ...each, ...store(archive) } : each
        )
      })
      Object.assign(index.manifests[0], store(Buffer.from(JSON.stringify(manifest))))
      writeFileSync(join(folder, "index.json"), JSON.stringify(index))
      await shown(`archive ${at}`)
      expect(existsSync(outside)).toBe(false)
    }
    // Right in itself, and another one than the manifest says.
    const mount = manifest.layers.find(({ mediaType }) => mediaType.includes("mount"))
    writeFileSync(place(mount?.digest ?? ""), archiveOf(plainRecord("x", "1\n2\n3\n4\n")))
    await shown("another archive")
  })

  it("fails when a secret of the build is in a cache mount that would go along", async () => {
    const secret = join(gantry.scratch, "token")
    writeFileSync(secret, "hunter2hunter2")
    const path = gantry.context({
      Dockerfile:
        "FROM base\nRUN --mount=type=secret,id=t --mount=type=cache,target=/leaky cp /run/secrets/t /leaky/npmrc\n"
    })
    const folder = join(gantry.scratch, "leaky")
    const build = [
      "build",
      "-q",
      "--secret",
      `id=t,src=${secret}`,
      "--cache-to",
      `type=local,dest=${folder},mounts=true`
    ]
    const refused = await gantry.try(...build, path)
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringContaining("secret t is in cache mount /leaky: /npmrc")
    ])
    expect(existsSync(folder)).toBe(false)
    await gantry.ok(...build, "--allow-secret-leak", path)
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
