import { spawnSync } from "node:child_process"
import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type CountingProxy, countingProxy } from "./host/counting-proxy.ts"
import { openGantry, programPath, useGantry } from "./host/gantry.ts"
import { type RegistryServer, startRegistry } from "./host/registry.ts"

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

describe("push to a registry on loopback", () => {
  const gantry = useGantry()
  let registry: RegistryServer
  let proxy: CountingProxy
  let name: string

  beforeAll(async () => {
    registry = await startRegistry()
    proxy = await countingProxy(registry)
    await gantry.build("app", "FROM base\nRUN echo hello > /hello\nRUN dd if=/dev/urandom of=/big bs=1M count=5")
    name = `${proxy.host}/team/app`
    await gantry.ok("tag", "app", name)
  })
  afterAll(async () => {
    await proxy.close()
    await registry.close()
  })
  beforeEach(() => proxy.forget())

  /** Requests that bring bytes of blobs or end doing so. */
  const uploads = () =>
    proxy.passed.filter(
      ({ method, path }) => path.includes("/blobs/uploads/") && method !== "DELETE" && !/[?&]mount=/.test(path)
    )
  const manifestOf = async (reference: string) => {
    const [repository, tag = "latest"] = reference.split(":")
    const accept = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
    const answer = await fetch(`${registry.url}/v2/${repository}/manifests/${tag}`, { headers: { accept } })
    if (!answer.ok) return undefined
    const manifest = (await answer.json()) as {
      readonly config: Descriptor
      readonly layers: ReadonlyArray<Descriptor>
    }
    return { ...manifest, digest: answer.headers.get("docker-content-digest") }
  }
  const greeting = async (image: string) => {
    const other = openGantry([programPath])
    try {
      await other.ok("pull", "-q", image)
      return await other.ok("run", "--rm", "--network", "none", image, "cat", "/hello")
    } finally {
      other.close()
    }
  }

  it("sends an image that others can pull, in parts where a layer is large, and nothing the second time", async () => {
    const first = await gantry.ok("push", name)
    const manifest = await manifestOf("team/app")
    expect(first).toContain(`The push refers to repository [${name}]`)
    expect(first).toContain("Using default tag: latest")
    expect(first.split("\n").at(-1)).toMatch(new RegExp(`^latest: digest: ${manifest?.digest} size: \\d+$`))
    const count = manifest?.layers.length ?? 0
    expect(first.match(/: Pushed$/gm)?.length).toBe(count)
    expect(uploads().filter(({ method }) => method === "PATCH").length).toBeGreaterThan(1)
    expect(await greeting(`${registry.host}/team/app`)).toBe("hello")
    proxy.forget()
    const second = await gantry.ok("push", name)
    expect(second.match(/: Layer already exists$/gm)?.length).toBe(count)
    expect(uploads()).toEqual([])
    expect((await manifestOf("team/app"))?.digest).toBe(manifest?.digest)
  })

  it("takes layers from another repository of the registry instead of sending them", async () => {
    await gantry.ok("push", name)
    await gantry.ok("tag", "app", `${proxy.host}/other/app`)
    proxy.forget()
    const said = await gantry.ok("push", `${proxy.host}/other/app`)
    const { config, layers } = (await manifestOf("other/app")) ?? { config: { digest: "" }, layers: [] }
    expect(said.match(/: Mounted from team\/app$/gm)?.length).toBe(layers.length)
    // Of the blobs only the config is sent, which is short.
    expect(uploads().map(({ method }) => method)).toEqual(["POST", "PUT"])
    expect(uploads().at(-1)?.path).toContain(encodeURIComponent(config.digest))
    expect(await greeting(`${registry.host}/other/app`)).toBe("hello")
  })

  it("gives an image one digest, whichever engine pushes it and however often", async () => {
    const other = openGantry([programPath])
    try {
      const archive = join(gantry.scratch, "app.tar")
      await gantry.ok("save", "-o", archive, "app")
      await other.ok("load", "-q", "-i", archive)
      await other.ok("push", "-q", "app", `${registry.host}/from/other`)
      await gantry.ok("push", "-q", "app", `${registry.host}/from/this`)
      await gantry.ok("push", "-q", "--force-compression", "app", `${registry.host}/from/this:again`)
    } finally {
      other.close()
    }
    const digests = ["from/other", "from/this", "from/this:again"].map(async (each) => (await manifestOf(each))?.digest)
    expect(new Set(await Promise.all(digests)).size).toBe(1)
  })

  it("compresses with zstd, at a level, or not at all", async () => {
    const types = async (tag: string, ...options: ReadonlyArray<string>) => {
      await gantry.ok("push", "-q", ...options, "app", `${registry.host}/forms:${tag}`)
      const { layers = [] } = (await manifestOf(`forms:${tag}`)) ?? {}
      return { types: new Set(layers.map(({ mediaType }) => mediaType.split("tar")[1])), size: layers[0]?.size ?? 0 }
    }
    const zstd = await types("zstd", "--compression", "zstd")
    const hard = await types("hard", "--compression", "zstd", "--compression-level", "12", "--force-compression")
    expect(await greeting(`${registry.host}/forms:zstd`)).toBe("hello")
    expect([...zstd.types, ...hard.types]).toEqual(["+zstd", "+zstd"])
    expect(hard.size).toBeLessThan(zstd.size)
    expect([...(await types("none", "--compression", "none")).types]).toEqual([""])
    expect([...(await types("docker", "--compression", "gzip", "--format", "v2s2")).types]).toEqual([".gzip"])
  })

  it("sends a blob again that the server has lost", async () => {
    await gantry.ok("push", name)
    const lost = (await manifestOf("team/app"))?.layers.at(-1)?.digest ?? ""
    rmSync(registry.blob(lost))
    proxy.forget()
    const said = await gantry.ok("push", name)
    expect(said.match(/: Pushed$/gm)?.length).toBe(1)
    expect(readFileSync(registry.blob(lost)).length).toBeGreaterThan(0)
    expect(await greeting(`${registry.host}/team/app`)).toBe("hello")
  })

  it("pushes all tags of a repository with -a, and prints only the name with -q", async () => {
    for (const tag of ["one", "two"]) await gantry.ok("tag", "app", `${proxy.host}/many:${tag}`)
    expect(await gantry.ok("push", "-a", "-q", `${proxy.host}/many`)).toBe(`${proxy.host}/many`)
    for (const tag of ["one", "two"]) expect(await manifestOf(`many:${tag}`)).toBeDefined()
    expect(await gantry.ok("push", "-q", `${proxy.host}/many:one`)).toBe(`${proxy.host}/many:one`)
    const tagged = await gantry.try("push", "-a", `${proxy.host}/many:one`)
    expect(tagged).toMatchObject({ status: 1, stderr: expect.stringContaining("tag can't be used with --all-tags") })
  })

  it("refuses what cannot be pushed, and says why", async () => {
    const refused = async (status: number, why: string, ...args: ReadonlyArray<string>) =>
      expect(await gantry.try("push", ...args)).toMatchObject({ status, stderr: expect.stringContaining(why) })
    await refused(1, "no such image", `${proxy.host}/nobody`)
    await refused(1, "digest reference", "app", `${proxy.host}/x@sha256:${"0".repeat(64)}`)
    await refused(125, "not a compression", "--compression", "zip", name)
    await refused(125, "1 to 9", "--compression-level", "10", name)
    await refused(1, "is for linux/", "--platform", "linux/s390x", name)
    await refused(1, "no image is named", "oci:somewhere")
    await registry.stop()
    try {
      await refused(1, "nobody listens there", "app", `${registry.host}/down`)
    } finally {
      await registry.start()
    }
  })

  it("ends at once with 130 after Ctrl-C, moves no tag, and leaves nothing in the store", async () => {
    const slow = await countingProxy(registry)
    const push = gantry.start(
      "push",
      "--force-compression",
      "--compression",
      "zstd",
      "--compression-level",
      "19",
      "app",
      `${slow.host}/cut`
    )
    await push.says(/Preparing/)
    push.kill("SIGINT")
    expect((await push.ended).status).toBe(130)
    await slow.close()
    expect(await manifestOf("cut")).toBeUndefined()
    expect((await gantry.try("check")).stdout).toContain("all is well")
  })

  it("writes into folders and archives, which can be pulled from", async () => {
    for (const place of [
      "oci:folder:one",
      "oci-archive:image.tar:one",
      "docker-archive:docker.tar:example.com/app:one"
    ]) {
      await gantry.ok("push", "-q", "app", place)
      const other = openGantry([programPath])
      try {
        const absolute = place.replace(":", `:${gantry.scratch}/`)
        await other.ok("pull", absolute)
        const [id = ""] = (await other.ok("images", "-q", "-a")).split("\n")
        expect(await other.ok("run", "--rm", "--network", "none", id, "cat", "/hello")).toBe("hello")
      } finally {
        other.close()
      }
    }
  })

  for (const [peer, ...run] of [
    ["docker", "run", "--rm"],
    [
      "podman",
      "--runtime",
      "runc",
      "run",
      "--rm",
      "--tls-verify=false",
      "--ulimit",
      "nofile=1024:4096",
      "--ulimit",
      "nproc=1000:1000",
      "--network",
      "none"
    ]
  ]) {
    const program = peer ?? ""
    const answers = spawnSync(program, ["version"]).status === 0
    if (!answers) console.log(`!! ${program} DOES NOT ANSWER: whether it runs what gantry pushes is not tested !!`)
    it.skipIf(!answers)(`makes images that ${program} runs`, async () => {
      await gantry.ok("push", "-q", "app", `${registry.host}/foreign:${program}`)
      const image = `${registry.host}/foreign:${program}`
      try {
        const { stderr, stdout } = spawnSync(program, [...run, image, "cat", "/hello"], { encoding: "utf8" })
        expect({ stdout, stderr }).toMatchObject({ stdout: "hello\n" })
      } finally {
        spawnSync(program, ["rmi", "-f", image])
      }
    })
  }
})
