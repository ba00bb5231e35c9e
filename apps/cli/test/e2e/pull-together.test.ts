import { type FSWatcher, mkdirSync, watch } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type CountingProxy, countingProxy } from "./host/counting-proxy.ts"
import { useGantry } from "./host/gantry.ts"
import { type Published, publish } from "./host/publish.ts"
import { type RegistryServer, startRegistry } from "./host/registry.ts"

describe("pulls and builds at once over one store", () => {
  const gantry = useGantry()
  let registry: RegistryServer
  let proxy: CountingProxy
  let app: Published
  let other: Published
  let watcher: FSWatcher | undefined

  beforeAll(async () => {
    registry = await startRegistry()
    proxy = await countingProxy(registry)
    const shared = "FROM base\nRUN dd if=/dev/urandom of=/big bs=65536 count=60\nRUN echo shared > /shared"
    await gantry.build("app", `${shared}\nRUN echo app > /name`)
    await gantry.build("other", `${shared}\nRUN echo other > /name`)
    app = await publish(gantry, "app", registry, "app")
    other = await publish(gantry, "other", registry, "other")
    await gantry.ok("system", "prune", "-af")
  })
  afterAll(async () => {
    watcher?.close()
    await proxy.close()
    await registry.close()
  })

  it("fetch and unpack each layer once, and all of them are right", async () => {
    const ingest = join(gantry.root, "ingest")
    mkdirSync(ingest, { recursive: true })
    const unpacked = new Set<string>()
    watcher = watch(ingest, (_, file) => {
      if (file?.endsWith("-unpack") === true) unpacked.add(file)
    })
    const [first, second] = [`${proxy.host}/app`, `${proxy.host}/other`]
    const build = (tag: string, base: string) =>
      gantry.start("build", "-t", tag, gantry.context({ Dockerfile: `FROM ${base}\nRUN cat /name /shared > /both` }))
    const all = [
      gantry.start("pull", first),
      gantry.start("pull", second),
      gantry.start("pull", "-q", first),
      gantry.start("run", "--rm", second, "cat", "/name"),
      build("one", first),
      build("two", first),
      build("three", second),
      build("four", second)
    ]
    const ended = await Promise.all(all.map((each) => each.ended))
    expect(ended.map(({ status, stderr }) => (status === 0 ? 0 : stderr))).toEqual(all.map(() => 0))
    expect(ended[3]?.stdout).toBe("other\n")

    const layers = new Set([...app.manifest.layers, ...other.manifest.layers].map(({ digest }) => digest))
    const fetched = proxy.blobs().flatMap(({ path }) => (layers.has(path.slice(path.indexOf("sha256:"))) ? [path] : []))
    const times = new Map<string, number>()
    for (const path of fetched) {
      const digest = path.slice(path.indexOf("sha256:"))
      times.set(digest, (times.get(digest) ?? 0) + 1)
    }
    expect([...times.keys()].toSorted()).toEqual([...layers].toSorted())
    expect([...times.values()].filter((count) => count !== 1)).toEqual([])
    expect(unpacked.size).toBe(layers.size)

    expect(await gantry.ok("check")).toContain("all is well")
    for (const [tag, what] of [
      ["one", "app"],
      ["two", "app"],
      ["three", "other"],
      ["four", "other"]
    ] as const) {
      expect(await gantry.ok("run", "--rm", tag, "cat", "/both")).toBe(`${what}\nshared`)
    }
  })
})
