import { gzipSync } from "node:zlib"
import { ofBytes } from "@gantry/core/image/Digest"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { archive, entry, link } from "./hand-made.ts"
import { archiveAt, bytesOf, failureOf, freshRegistry, hex, manifestAt } from "./place.ts"

const layers = ["the first layer", "the second layer"]
const config = JSON.stringify({
  architecture: "amd64",
  os: "linux",
  config: { Labels: { spelled: "as it is" } },
  rootfs: { type: "layers", diff_ids: [...layers, layers[0] ?? ""].map(ofBytes) }
})
const id = ofBytes(config)

const saved = (paths: ReadonlyArray<string>, names: ReadonlyArray<string> | null = ["app:1"]) =>
  entry({ name: "manifest.json" }, JSON.stringify([{ Config: `${hex(id)}.json`, RepoTags: names, Layers: paths }]))
const configFile = entry({ name: `${hex(id)}.json` }, config)
const paths = ["a/layer.tar", "b/layer.tar", "c/layer.tar"]

/** As docker wrote them before version 25: a folder for each layer, repeated layers as links. */
const oldForm = (...more: ReadonlyArray<Buffer>) =>
  archive(
    entry({ name: "a/", type: "5" }),
    entry({ name: "a/VERSION" }, "1.0"),
    entry({ name: "a/layer.tar" }, layers[0]),
    entry({ name: "b/layer.tar" }, layers[1]),
    link("c/layer.tar", "../a/layer.tar"),
    configFile,
    ...more
  )

describe("an archive of docker save", () => {
  it.scoped("gives the config unchanged, and repeated layers through their links", () =>
    Effect.gen(function* () {
      const registry = yield* freshRegistry
      const place = yield* archiveAt(oldForm(saved(paths)))
      expect(yield* registry.tags({ registry: place, repository: "" })).toEqual(["app:1"])
      for (const name of ["app:1", "docker.io/library/app:1", undefined]) {
        const manifest = yield* manifestAt(registry, place, name)
        expect(manifest.config.digest).toBe(id)
        expect((yield* bytesOf(registry, place, manifest.config)).toString()).toBe(config)
        const found = yield* Effect.forEach(manifest.layers, (layer) => bytesOf(registry, place, layer))
        expect(found.map(String)).toEqual([layers[0], layers[1], layers[0]])
      }
    })
  )

  it.scoped("names layers by their own digest when another program has compressed them", () =>
    Effect.gen(function* () {
      const registry = yield* freshRegistry
      const packed = layers.map((layer) => gzipSync(layer))
      const place = yield* archiveAt(
        archive(
          entry({ name: "./0.tar.gz" }, packed[0]),
          entry({ name: "./1.tar.gz" }, packed[1]),
          configFile,
          saved(["0.tar.gz", "1.tar.gz", "0.tar.gz"])
        )
      )
      const manifest = yield* manifestAt(registry, place)
      expect(manifest.layers.map(({ mediaType }) => mediaType.endsWith("gzip"))).toEqual([true, true, true])
      expect(yield* bytesOf(registry, place, manifest.layers[1] ?? manifest.config)).toEqual(packed[1])
    })
  )

  it.scoped("lists images without a name by their digest, each name once, and asks which one is meant", () =>
    Effect.gen(function* () {
      const registry = yield* freshRegistry
      const image = { Config: `${hex(id)}.json`, Layers: paths }
      const other = JSON.stringify({ rootfs: { diff_ids: [] } })
      const both = entry(
        { name: "manifest.json" },
        JSON.stringify([
          { ...image, RepoTags: ["app:1", "example.com/app:2"] },
          { Config: "other.json", RepoTags: null, Layers: null }
        ])
      )
      const place = yield* archiveAt(oldForm(both, entry({ name: "other.json" }, other)))
      const names = yield* registry.tags({ registry: place, repository: "" })
      expect(names).toHaveLength(3)
      expect(names.slice(1)).toEqual(["app:1", "example.com/app:2"])
      expect((yield* manifestAt(registry, place, names[0])).config.digest).toBe(ofBytes(other))
      expect(yield* failureOf(manifestAt(registry, place))).toContain(`holds several images: ${names.join(", ")}`)
    })
  )

  it.scoped("is an OCI layout first when it is one as well", () =>
    Effect.gen(function* () {
      const registry = yield* freshRegistry
      const manifest = JSON.stringify({ schemaVersion: 2, config: { digest: id, size: config.length }, layers: [] })
      const index = {
        manifests: [{ mediaType: "x/y", digest: ofBytes(manifest), size: manifest.length, annotations: null }]
      }
      const place = yield* archiveAt(
        oldForm(
          saved(paths),
          entry({ name: "index.json" }, JSON.stringify(index)),
          entry({ name: `blobs/sha256/${hex(ofBytes(manifest))}` }, manifest)
        )
      )
      const { descriptor } = yield* registry.resolve({ registry: place, repository: "" })
      expect(descriptor).toEqual({ mediaType: "x/y", digest: ofBytes(manifest), size: manifest.length })
    })
  )

  const flawed: ReadonlyArray<readonly [string, Buffer, string]> = [
    ["is cut off in a layer", oldForm(saved(paths)).subarray(0, 2050), "is cut off"],
    ["is cut off in a header", oldForm(saved(paths)).subarray(0, 1600), "is cut off"],
    ["is cut off between entries", oldForm(saved(paths)).subarray(0, 1536), "is cut off"],
    ["is not a tar", Buffer.from("x".repeat(2000)), "it is not a tar archive"],
    ["is empty", Buffer.alloc(0), "it is empty"],
    ["is nothing but its end", Buffer.alloc(1024), "with nothing in it"],
    ["holds a file twice", oldForm(saved(paths), saved(paths)), 'holds "manifest.json" twice'],
    ["names something above", archive(entry({ name: "../x" }, "x")), 'names "../x", which is outside'],
    ["names something absolute", archive(entry({ name: "/etc/passwd" }, "x")), "which is outside"],
    ["links to the outside", archive(link("a/layer.tar", "../../etc/passwd")), "outside of it"],
    ["links to an absolute path", archive(link("layer.tar", "/etc/passwd")), "outside of it"],
    ["links in a circle", archive(link("manifest.json", "b"), link("b", "manifest.json")), "circle of links"],
    ["holds a device", archive(entry({ name: "x", type: "3" })), "neither file, folder nor link"],
    ["lacks a layer", oldForm(saved(["a/layer.tar", "nope", "b/layer.tar"])), '"nope", which is not in the archive'],
    ["names a layer outside", oldForm(saved(["a/layer.tar", "../../x", "b/layer.tar"])), "outside"],
    ["has too few layers", oldForm(saved(["a/layer.tar"])), "3 diffIDs and 1 layers"],
    ["has a manifest that is no JSON", oldForm(entry({ name: "manifest.json" }, "{")), "manifest.json is not JSON"],
    ["has a manifest of another shape", oldForm(entry({ name: "manifest.json" }, "[1]")), "no image"],
    [
      "has a config that is not what its name says",
      archive(entry({ name: `${hex(id)}.json` }, "{}"), saved([])),
      "is not what its name says"
    ],
    ["has a manifest without end", oldForm(entry({ name: "manifest.json" }, " ".repeat(5e6))), "longer than 4 MiB"],
    ["is a file system", archive(entry({ name: "etc/", type: "5" }), entry({ name: "etc/x" }, "")), "gantry import"],
    ["is broken in the middle", Buffer.concat([oldForm().subarray(0, 1536), Buffer.alloc(512, 7)]), "broken at byte"]
  ]
  it.scoped.each(flawed)("says what is wrong when it %s", ([, bytes, said]) =>
    Effect.gen(function* () {
      const registry = yield* freshRegistry
      const place = yield* archiveAt(bytes)
      const message = yield* failureOf(registry.tags({ registry: place, repository: "" }))
      expect(message).toContain(`${place} cannot be used: `)
      expect(message).toContain(said)
    })
  )
})
