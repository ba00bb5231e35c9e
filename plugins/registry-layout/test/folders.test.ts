import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ofBytes } from "@gantry/core/image/Digest"
import { describe, expect, it } from "@effect/vitest"
import { smallImage } from "@gantry/laws/samples/images"
import { Effect, Stream } from "effect"
import { at, failureOf, freshRegistry, hex } from "./place.ts"
import { tempFolder } from "./temp-folder.ts"

const image = (text: string) => smallImage(new TextEncoder().encode(text))

/** Pushes an image with a registry that knows nothing of what others do. */
const push = (place: string, name: string, text = name) =>
  Effect.gen(function* () {
    const registry = yield* freshRegistry
    const { config, layer, manifest } = image(text)
    for (const each of [config, layer]) yield* registry.push(at(place), each.descriptor, Stream.make(each.bytes))
    yield* registry.tag(at(place, name), manifest)
  })

const layout = Effect.map(tempFolder, (folder) => ({ folder, place: `oci:${join(folder, "layout")}` }))
const pushed = Effect.tap(layout, ({ place }) => push(place, "one"))

describe("a layout folder", () => {
  it.scoped("is made by the first push, and holds nothing but what the format has", () =>
    Effect.gen(function* () {
      const { folder } = yield* pushed
      const { config, layer, manifest } = image("one")
      const digests = [config.descriptor.digest, layer.descriptor.digest, ofBytes(manifest.bytes)]
      expect(readdirSync(join(folder, "layout")).toSorted()).toEqual(["blobs", "index.json", "oci-layout"])
      expect(readdirSync(join(folder, "layout/blobs/sha256")).toSorted()).toEqual(digests.map(hex).toSorted())
      expect(readFileSync(join(folder, "layout/oci-layout"), "utf8")).toBe('{"imageLayoutVersion":"1.0.0"}')
    })
  )

  // The real clock: whoever waits for a lock asks again after a while.
  it.scopedLive.each(["oci", "oci-archive", "docker-archive"])("of %s loses no image when many push at once", (kind) =>
    Effect.gen(function* () {
      const place = `${kind}:${join(yield* tempFolder, "place")}`
      const names = Array.from({ length: 12 }, (_, number) => `example.com/app:${number}`)
      yield* Effect.forEach(names, (name) => push(place, name), { concurrency: "unbounded" })
      expect(yield* (yield* freshRegistry).tags({ registry: place, repository: "" })).toEqual(names.toSorted())
    })
  )

  it.scoped("keeps nothing of a blob that was not what it was said to be, or that broke off", () =>
    Effect.gen(function* () {
      const { folder, place } = yield* pushed
      const before = readdirSync(join(folder, "layout/blobs/sha256"))
      const registry = yield* freshRegistry
      const { descriptor } = image("two").layer
      expect(yield* failureOf(registry.push(at(place), descriptor, Stream.make(Buffer.from("three"))))).toContain(
        "DIGEST_INVALID"
      )
      const broken = Stream.concat(Stream.make(Buffer.from("tw")), Stream.fail(new Error("broke off")))
      expect(yield* failureOf(registry.push(at(place), descriptor, broken))).toBe("broke off")
      expect(readdirSync(join(folder, "layout/blobs/sha256"))).toEqual(before)
      expect(readdirSync(join(folder, "layout")).toSorted()).toEqual(["blobs", "index.json", "oci-layout"])
    })
  )

  it.scoped("mounts what it has, and nothing else", () =>
    Effect.gen(function* () {
      const { place } = yield* pushed
      const registry = yield* freshRegistry
      expect(yield* registry.mount(at(place), image("one").layer.descriptor.digest, "any")).toBe(true)
      expect(yield* registry.mount(at(place), image("two").layer.descriptor.digest, "any")).toBe(false)
    })
  )

  const flaws: ReadonlyArray<readonly [string, (path: string) => void, string]> = [
    [
      "a blob is a link",
      (path) => {
        const blob = join(path, "blobs/sha256", hex(ofBytes(image("one").manifest.bytes)))
        writeFileSync(join(path, "../secret"), image("one").manifest.bytes)
        rmSync(blob)
        symlinkSync("../../../secret", blob)
      },
      "is a link, which may lead out of the folder"
    ],
    [
      "the folder of the blobs is a link",
      (path) => {
        rmSync(join(path, "blobs"), { recursive: true })
        symlinkSync("/etc", join(path, "blobs"))
      },
      "blobs is a link"
    ],
    [
      "the index is a link",
      (path) => {
        rmSync(join(path, "index.json"))
        symlinkSync("/etc/passwd", join(path, "index.json"))
      },
      "index.json is a link"
    ],
    [
      "a blob is a folder",
      (path) => {
        const blob = join(path, "blobs/sha256", hex(ofBytes(image("one").manifest.bytes)))
        rmSync(blob)
        mkdirSync(blob)
      },
      "is not a file"
    ],
    ["the index is too long", (path) => writeFileSync(join(path, "index.json"), " ".repeat(5e6)), "longer than 4 MiB"],
    ["the index is gone", (path) => rmSync(join(path, "index.json")), "it is no OCI layout"],
    ["all of it is gone", (path) => rmSync(path, { recursive: true }), "there is no such file or folder"],
    [
      "it is of another version",
      (path) => writeFileSync(join(path, "oci-layout"), '{"imageLayoutVersion":"2.0.0"}'),
      "has the version 2.0.0"
    ]
  ]
  it.scoped.each(flaws)("says what is wrong when %s", ([, spoil, said]) =>
    Effect.gen(function* () {
      const { folder, place } = yield* pushed
      spoil(join(folder, "layout"))
      const registry = yield* freshRegistry
      expect(yield* failureOf(registry.resolve(at(place, "one")))).toContain(said)
    })
  )

  it.scoped("is not written to through a link", () =>
    Effect.gen(function* () {
      const { folder, place } = yield* pushed
      rmSync(join(folder, "layout/blobs"), { recursive: true })
      mkdirSync(join(folder, "elsewhere"))
      symlinkSync("../elsewhere", join(folder, "layout/blobs"))
      expect(yield* failureOf(push(place, "two"))).toContain("blobs is a link")
      expect(readdirSync(join(folder, "elsewhere"))).toEqual([])
    })
  )

  it.scoped("says that a tag or a blob is not there", () =>
    Effect.gen(function* () {
      const { place } = yield* pushed
      const registry = yield* freshRegistry
      expect(yield* failureOf(registry.resolve(at(place, "two")))).toBe(`${place}:two: not found`)
      const { descriptor } = image("two").layer
      expect(yield* failureOf(Stream.runDrain(registry.fetch(at(place), descriptor)))).toContain("not found")
    })
  )
})
