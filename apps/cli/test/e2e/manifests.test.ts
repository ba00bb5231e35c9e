import { existsSync, readdirSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { type RegistryServer, startRegistry } from "./host/registry.ts"

describe("manifest lists", () => {
  const gantry = useGantry()
  let one: RegistryServer
  let other: RegistryServer
  const dockerfile = "FROM scratch\nCOPY hello /hello\nARG TARGETARCH\nENV MADE_FOR=$TARGETARCH\n"

  beforeAll(async () => {
    ;[one, other] = [await startRegistry(), await startRegistry()]
    const context = gantry.context({ Dockerfile: dockerfile, hello: "hello" })
    for (const arch of ["amd64", "arm64"]) {
      // oxlint-disable-next-line no-await-in-loop
      await gantry.ok("build", "-q", "--platform", `linux/${arch}`, "-t", `app:${arch}`, context)
      // oxlint-disable-next-line no-await-in-loop
      await gantry.ok("push", "-q", "--format", "v2s2", `app:${arch}`, `${one.host}/team/app:${arch}`)
    }
  })
  afterAll(async () => {
    await one.close()
    await other.close()
  })

  const manifest = (...args: ReadonlyArray<string>) => gantry.ok("manifest", ...args)
  const imagetools = (...args: ReadonlyArray<string>) => gantry.ok("buildx", "imagetools", ...args)
  const platforms = async (name: string) =>
    imagetools(
      "inspect",
      "--format",
      "{{range .Manifest.Manifests}}{{.Platform.OS}}/{{.Platform.Architecture}} {{end}}",
      name
    )

  it("are made of images of a registry, annotated, pushed, shown and removed", async () => {
    const list = `${one.host}/team/app:1`
    const [amd64, arm64] = [`${one.host}/team/app:amd64`, `${one.host}/team/app:arm64`]
    expect(await manifest("create", list, amd64, arm64)).toBe(`Created manifest list ${list}`)
    expect((await gantry.try("manifest", "create", list, amd64)).stderr).toContain("refusing to amend an existing")
    await manifest("annotate", "--variant", "v8", "--os-features", "a,b", list, arm64)
    const kept = await manifest("inspect", list)
    const digest = await manifest("push", "-p", list)
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(await manifest("inspect", list)).toBe(kept)
    expect(JSON.parse(kept)).toMatchObject({
      mediaType: "application/vnd.docker.distribution.manifest.list.v2+json",
      manifests: [
        { platform: { architecture: "amd64", os: "linux" } },
        { platform: { architecture: "arm64", os: "linux", "os.features": ["a", "b"], variant: "v8" } }
      ]
    })
    expect(await imagetools("inspect", "--raw", list)).toBe(kept)
    expect(JSON.parse(await manifest("inspect", "-v", list))[1]).toMatchObject({
      Ref: expect.stringContaining(`${list}@sha256:`),
      SchemaV2Manifest: { schemaVersion: 2 }
    })
    const gone = await gantry.try("manifest", "rm", list)
    expect([gone.status, gone.stderr]).toEqual([1, expect.stringContaining(`No such manifest: ${list}`)])
    await gantry.ok("pull", "-q", "--platform", "linux/arm64", list)
    expect(await gantry.field(list, "{{.Architecture}}")).toBe("arm64")
  })

  it("are shown as they are here, where no registry has them", async () => {
    expect(JSON.parse(await manifest("inspect", "-v", "app:arm64"))).toMatchObject({
      Ref: "docker.io/library/app:arm64",
      Descriptor: { platform: { architecture: "arm64", os: "linux" } }
    })
    const context = gantry.context({ Dockerfile: dockerfile, hello: "hello" })
    await gantry.ok("build", "-q", "--platform", "linux/amd64,linux/arm64", "-t", "app:both", context)
    const shown = JSON.parse(await manifest("inspect", "app:both"))
    expect(shown.manifests.map((each: { platform: { architecture: string } }) => each.platform.architecture)).toEqual(
      expect.arrayContaining(["amd64", "arm64"])
    )
  })

  it("take all platforms of an image of this machine, and keep it from pruning until they are removed", async () => {
    const context = gantry.context({ Dockerfile: dockerfile, hello: "kept" })
    const list = `${one.host}/team/app:kept`
    const prune = () => gantry.ok("image", "prune", "-af", "--filter", "label=kept")
    const both = ["--platform", "linux/amd64,linux/arm64"]
    await gantry.ok("build", "-q", ...both, "--label", "kept=yes", "-t", "app:kept", context)
    await manifest("create", list, "app:kept")
    expect(JSON.parse(await manifest("inspect", list)).manifests).toHaveLength(2)
    await prune()
    await manifest("push", list)
    await manifest("rm", list)
    await prune()
    expect((await gantry.try("rmi", "app:kept")).stderr).toContain("no such image: app:kept")
    await gantry.ok("pull", "-q", "--platform", "linux/arm64", list)
  })

  it("take images of this machine and of other registries along, without keeping their layers", async () => {
    const list = `${other.host}/mine/app:1`
    await manifest("create", list, "app:amd64", `${one.host}/team/app:arm64`)
    const pushed = (await manifest("push", list)).split("\n")
    expect(pushed.slice(0, -1).toSorted()).toEqual([
      expect.stringMatching(new RegExp(`^Pushed ref ${other.host}/mine/app@(sha256:[0-9a-f]{64}) with digest: \\1$`)),
      expect.stringMatching(/^Pushed ref /)
    ])
    expect(await platforms(list)).toBe("linux/arm64 linux/amd64 ")
    await manifest("rm", list)
    await gantry.ok("pull", "-q", "--platform", "linux/amd64", list)
  })

  it("are made by imagetools, which adds to them and copies them from one registry to another", async () => {
    const name = `${one.host}/tools/app:1`
    await imagetools("create", "-t", name, `${one.host}/team/app:amd64`)
    expect(await platforms(name)).toBe("linux/amd64 ")
    await imagetools("create", "--append", "-t", name, `${one.host}/team/app:arm64`)
    expect(await platforms(name)).toBe("linux/amd64 linux/arm64 ")
    const digest = await imagetools("inspect", "--format", "{{.Manifest.Digest}}", name)
    const blobs = () => readdirSync(join(one.storage, "docker/registry/v2/blobs/sha256")).length
    const before = blobs()
    const said = await gantry.try("buildx", "imagetools", "create", "-t", `${other.host}/tools/app:2`, name)
    expect([said.status, said.stdout, said.stderr]).toEqual([0, "", expect.stringContaining(`pushed ${digest} to`)])
    expect(blobs()).toBe(before)
    expect(await imagetools("inspect", `${other.host}/tools/app:2`)).toContain(`Digest:    ${digest}\n`)
    expect(await imagetools("inspect", "--format", '{{(index .Image "linux/arm64").Config.Env}}', name)).toContain(
      "MADE_FOR=arm64"
    )
    for (const arch of ["amd64", "arm64"]) {
      // oxlint-disable-next-line no-await-in-loop
      await gantry.ok("pull", "-q", "--platform", `linux/${arch}`, `${other.host}/tools/app:2`)
    }
  })

  it("are shown before they are pushed, and made of files", async () => {
    const name = `${one.host}/team/app:arm64`
    const digest = await imagetools("inspect", "--format", "{{.Manifest.Digest}}", name)
    writeFileSync(join(gantry.scratch, "source.json"), JSON.stringify({ digest, annotations: { a: "b" } }))
    const dry = ["create", "--dry-run", "-t", `${one.host}/team/app:dry`, "-f", "source.json"]
    expect(JSON.parse(await imagetools(...dry, "--annotation", "index:x=y"))).toMatchObject({
      mediaType: "application/vnd.oci.image.index.v1+json",
      manifests: [{ digest, annotations: { a: "b" }, platform: { architecture: "arm64", os: "linux" } }],
      annotations: { x: "y" }
    })
    expect((await gantry.try("manifest", "inspect", `${one.host}/team/app:dry`)).stderr).toContain("no such manifest")
    for (const [args, why] of [
      [["create", name], "can't push with no tags specified"],
      [["create", "--dry-run"], "no sources specified"],
      [["create", "--dry-run", digest], "no repositories specified"],
      [["create", "--dry-run", "-t", "a", "-t", "b", digest], "multiple repositories specified"],
      [["create", "--dry-run", "--annotation", "a=b", name], "annotations are not supported yet"]
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop
      const refused = await gantry.try("buildx", "imagetools", ...args)
      expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining(why)])
    }
  })

  it("of hostile registries are refused", async () => {
    const answers: { readonly [tag: string]: string } = {
      large: `{"schemaVersion":2,"manifests":[],"annotations":{"a":"${"x".repeat(5 * 1024 * 1024)}"}}`,
      many: JSON.stringify({
        schemaVersion: 2,
        manifests: Array.from({ length: 1001 }, () => ({
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          digest: `sha256:${"a".repeat(64)}`,
          size: 1
        }))
      }),
      both: '{"schemaVersion":2,"manifests":[],"config":{},"layers":[]}',
      false: JSON.stringify({
        schemaVersion: 2,
        manifests: [
          { mediaType: "application/vnd.oci.image.manifest.v1+json", digest: `sha256:${"a".repeat(64)}`, size: 2 }
        ]
      })
    }
    const server: Server = createServer((request, response) => {
      const tag = request.url?.split("/").at(-1) ?? ""
      const body = tag.startsWith("sha256:") ? "{}" : (answers[tag] ?? "{}")
      response.writeHead(200, { "content-type": "application/vnd.oci.image.index.v1+json" })
      response.end(request.method === "HEAD" ? undefined : body)
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const host = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
    const target = `${one.host}/hostile/app:1`
    for (const [tag, why] of [
      ["large", "is longer than 4194304 bytes"],
      ["many", "its index has 1001 entries, and 1000 are the most"],
      ["both", "an index and an image at once"],
      ["false", "sha256:aaaa"]
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop
      const refused = await gantry.try("buildx", "imagetools", "create", "-t", target, `${host}/a/b:${tag}`)
      expect([tag, refused.status, refused.stderr]).toEqual([tag, 1, expect.stringContaining(why)])
    }
    server.close()
    server.closeAllConnections()
    expect(existsSync(join(one.storage, "docker/registry/v2/repositories/hostile/app/_manifests/tags"))).toBe(false)
  })
})
