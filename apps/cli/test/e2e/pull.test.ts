import { readdirSync, renameSync, statSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type CountingProxy, countingProxy } from "./host/counting-proxy.ts"
import { useGantry } from "./host/gantry.ts"
import { type Published, publish, putManifest } from "./host/publish.ts"
import { type RegistryServer, startRegistry } from "./host/registry.ts"
import { until } from "./host/until.ts"

describe("with a registry on loopback", () => {
  const gantry = useGantry()
  let registry: RegistryServer
  let proxy: CountingProxy
  let app: Published
  let name: string
  const manifests = new Map<string, Uint8Array<ArrayBuffer>>()

  /** Moves the tag `moving` to another image. */
  const moveTo = (version: string) =>
    putManifest(registry, "team/app:moving", {
      mediaType: app.mediaType,
      bytes: manifests.get(version) ?? new Uint8Array()
    })

  beforeAll(async () => {
    registry = await startRegistry()
    proxy = await countingProxy(registry)
    await gantry.build("app", "FROM base\nRUN echo one > /version\nRUN dd if=/dev/urandom of=/big bs=1024 count=2000")
    app = await publish(gantry, "app", registry, "team/app")
    for (const version of ["one", "two"]) {
      await gantry.build(version, `FROM base\nRUN echo ${version} > /version`)
      manifests.set(version, (await publish(gantry, version, registry, `team/app:${version}`)).text)
    }
    name = `${proxy.host}/team/app`
  })
  afterAll(async () => {
    await proxy.close()
    await registry.close()
  })
  beforeEach(async () => {
    await gantry.ok("system", "prune", "-af")
    proxy.forget()
  })

  const isThere = async (image: string) => (await gantry.ok("images", "-q", image)) !== ""
  const isClean = async () => (await gantry.try("check")).stdout

  it("each blob of an image is fetched once, and nothing when it is pulled again", async () => {
    const first = await gantry.ok("pull", name)
    expect(first).toContain(`Digest: ${app.digest}\nStatus: Downloaded newer image for ${name}:latest\n${name}:latest`)
    const fetched = proxy.blobs().map(({ path }) => path.slice(path.indexOf("sha256:")))
    const { config, layers } = app.manifest
    expect(fetched.toSorted()).toEqual([config, ...layers].map(({ digest }) => digest).toSorted())
    proxy.forget()
    expect(await gantry.ok("pull", name)).toContain(`Status: Image is up to date for ${name}:latest`)
    expect(proxy.blobs()).toEqual([])
    await gantry.ok("rmi", name)
    await gantry.ok("pull", `${registry.host}/team/app`)
    proxy.forget()
    expect(await gantry.ok("pull", "-q", name)).toBe(`${name}:latest`)
    expect(proxy.blobs()).toEqual([])
  })

  it("run pulls an image that is not here, once, and asks nobody after that", async () => {
    const first = await gantry.try("run", "--rm", name, "cat", "/version")
    expect(first).toMatchObject({ status: 0, stdout: "one\n" })
    expect(first.stderr).toContain(`Unable to find image '${name}:latest' locally`)
    expect(proxy.blobs().length).toBe(app.manifest.layers.length + 1)
    proxy.forget()
    expect(await gantry.ok("run", "--rm", name, "cat", "/version")).toBe("one")
    expect(proxy.passed).toEqual([])
  })

  it("a local image runs and is built on while the registry is down, and a pull says what is wrong", async () => {
    const direct = `${registry.host}/team/app`
    await gantry.ok("pull", direct)
    await registry.stop()
    try {
      expect(await gantry.ok("run", "--rm", direct, "cat", "/version")).toBe("one")
      await gantry.build("derived", `FROM ${direct}\nRUN cat /version`)
      const pulled = await gantry.try("pull", direct)
      expect(pulled).toMatchObject({ status: 1, stderr: expect.stringContaining("nobody listens there") })
      const run = await gantry.try("run", "--rm", "--pull", "always", direct, "true")
      expect(run).toMatchObject({ status: 125, stderr: expect.stringContaining(registry.host) })
      const absent = await gantry.try("run", "--rm", `${registry.host}/absent`, "true")
      expect(absent.status).toBe(125)
    } finally {
      await registry.start()
    }
  })

  it("--pull says when the registry is asked: always, missing, never", async () => {
    const never = await gantry.try("run", "--rm", "--pull", "never", name, "true")
    expect(never).toMatchObject({ status: 125, stderr: expect.stringContaining("no such image") })
    const context = gantry.context({ Dockerfile: `FROM ${name}:moving\nRUN cat /version` })
    const neverBuilt = await gantry.try("build", "--pull=never", context)
    expect(neverBuilt).toMatchObject({ status: 1, stderr: expect.stringContaining("moving") })
    expect(proxy.passed).toEqual([])

    await moveTo("one")
    const version = (...pull: ReadonlyArray<string>) =>
      gantry.ok("run", "--rm", ...pull, `${name}:moving`, "cat", "/version")
    expect(await version("--pull", "missing")).toBe("one")
    await moveTo("two")
    proxy.forget()
    expect(await version("--pull", "missing")).toBe("one")
    expect(await version("--pull", "never")).toBe("one")
    expect(proxy.passed).toEqual([])
    const copying = gantry.context({ Dockerfile: `FROM ${name}:moving\nRUN cat /version > /seen` })
    await gantry.ok("build", "-t", "built", copying)
    expect(proxy.passed).toEqual([])
    await gantry.ok("build", "--pull", "-t", "built", copying)
    expect(await gantry.ok("run", "--rm", "built", "cat", "/seen")).toBe("two")
    await moveTo("one")
    expect(await version("--pull", "always")).toBe("one")
    const bad = await gantry.try("run", "--pull", "sometimes", name, "true")
    expect(bad).toMatchObject({ status: 125, stderr: expect.stringContaining("sometimes") })
  })

  it("a digest names one image for ever, and nothing else is taken for it", async () => {
    const named = `${name}@${app.digest}`
    await gantry.ok("pull", named)
    expect(await gantry.ok("run", "--rm", named, "cat", "/version")).toBe("one")
    expect(await gantry.field(named, "{{json .RepoTags}} {{json .RepoDigests}}")).toBe(`[] ["${named}"]`)
    // The digest decides; the tag beside it is not looked at.
    await gantry.ok("pull", `${name}:no-such-tag@${app.digest}`)
    const none = await gantry.try("pull", `${name}@sha256:${"0".repeat(64)}`)
    expect(none).toMatchObject({ status: 1, stderr: expect.stringContaining("not found") })
  })

  it("an index is followed to the platform that is asked for, or that of this machine", async () => {
    const versions: Array<unknown> = []
    for (const [architecture, variant] of [["amd64"], ["arm64", "v8"], ["s390x"]]) {
      const platform = ["linux", architecture, ...(variant === undefined ? [] : [variant])].join("/")
      const context = gantry.context({ Dockerfile: "FROM scratch\nCOPY f /", f: platform })
      await gantry.ok("build", "--platform", platform, "-t", `of-${architecture}`, context)
      const { digest, mediaType, size } = await publish(
        gantry,
        `of-${architecture}`,
        registry,
        `team/multi:${architecture}`
      )
      const of = { os: "linux", architecture, ...(variant === undefined ? {} : { variant }) }
      versions.push({ mediaType, digest, size, platform: of })
    }
    const mediaType = "application/vnd.oci.image.index.v1+json"
    const index = { schemaVersion: 2, mediaType, manifests: versions }
    const { digest } = await putManifest(registry, "team/multi:all", {
      mediaType,
      bytes: new Uint8Array(Buffer.from(JSON.stringify(index)))
    })
    const multi = `${proxy.host}/team/multi:all`
    const platformOf = () => gantry.field(multi, "{{.Os}}/{{.Architecture}}")
    expect(await gantry.ok("pull", "--platform", "linux/arm64", multi)).toContain(`Digest: ${digest}`)
    expect(await platformOf()).toBe("linux/arm64")
    await gantry.ok("pull", multi)
    expect(await platformOf()).toBe(process.arch === "arm64" ? "linux/arm64" : "linux/amd64")
    const missing = await gantry.try("pull", "--platform", "linux/riscv64", multi)
    expect(missing.status).toBe(1)
    expect(missing.stderr).toMatch(/linux\/riscv64[^]*linux\/amd64[^]*linux\/s390x/)
  })

  it("all tags of a repository come with -a, and only the name is told with -q", async () => {
    await gantry.build("small", "FROM scratch\nCOPY f /", { f: "small" })
    for (const tag of ["a", "b", "c"]) await publish(gantry, "small", registry, `team/many:${tag}`)
    await gantry.ok("rmi", "small")
    expect(await gantry.ok("pull", "-q", "-a", `${proxy.host}/team/many`)).toBe(`${proxy.host}/team/many`)
    const tags = await gantry.ok("images", "--format", "{{.Tag}}", `${proxy.host}/team/many`)
    expect(tags.split("\n").toSorted()).toEqual(["a", "b", "c"])
    const both = await gantry.try("pull", "-a", `${proxy.host}/team/many:a`)
    expect(both.status).toBe(1)
    const several = await gantry.try("pull", `${proxy.host}/team/none`, name)
    expect(several.status).toBe(1)
    expect(await isThere(name)).toBe(true)
  })

  it("a blob that the server has lost is named, nothing of the image is there, and it comes once it is back", async () => {
    const lost = app.manifest.layers.at(-1)?.digest ?? ""
    const aside = join(gantry.scratch, "lost")
    const kept = () => readdirSync(join(gantry.root, "layers")).length
    const others = kept() + app.manifest.layers.length - 1
    renameSync(registry.blob(lost), aside)
    const answer = proxy.holdBack(lost)
    try {
      const pull = gantry.try("pull", name)
      await until("the other layers to be here", () => kept() === others)
      answer()
      const { status, stderr } = await pull
      expect(status).toBe(1)
      expect(stderr).toContain(`team/app@${lost}: not found`)
      expect(await isThere(name)).toBe(false)
      expect(await isClean()).toContain("all is well")
    } finally {
      answer()
      renameSync(aside, registry.blob(lost))
    }
    const before = proxy.blobs().length
    await gantry.ok("pull", name)
    // What had come before the failure is not fetched again.
    const fetched = proxy.blobs().map(({ path }) => path.slice(path.indexOf("sha256:")))
    expect(fetched.slice(before).toSorted()).toEqual([app.manifest.config.digest, lost].toSorted())
    expect(await gantry.ok("run", "--rm", name, "cat", "/version")).toBe("one")
  })

  it("Ctrl-C in a pull ends it at once with 130, leaves a clean store, and what came is not fetched again", async () => {
    const paused = proxy.pausedAt(2_000_000)
    const pull = gantry.start("pull", name)
    await paused
    // What the proxy has sent may still be on its way.
    const ingest = join(gantry.root, "ingest")
    const partial = () => readdirSync(ingest).filter((each) => each.startsWith("partial-"))
    const kept = () => partial().reduce((sum, each) => sum + statSync(join(ingest, each)).size, 0)
    await until("most of it to be kept", () => kept() > 1_500_000)
    pull.kill("SIGINT")
    const { status } = await pull.ended
    proxy.resume()
    expect(status).toBe(130)
    expect(await isThere(name)).toBe(false)
    expect(await isClean()).toContain("all is well")
    await gantry.ok("pull", name)
    const bytes = proxy.blobs().reduce((sum, each) => sum + each.bytes, 0)
    expect(bytes).toBeLessThan(app.bytes * 1.1 + 1_000_000)
  })
})
