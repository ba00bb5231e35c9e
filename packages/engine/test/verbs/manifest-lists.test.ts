import { ofBytes } from "@gantry/core/image/Digest"
import * as MediaType from "@gantry/core/image/MediaType"
import { Registry } from "@gantry/core/registry/Registry"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Images } from "../../src/images/Images.ts"
import type { PlatformWish } from "../../src/manifests/ManifestList.ts"
import { takeSnapshot } from "../../src/prune/take-snapshot.ts"
import { annotateListed, createList, listedManifests, pushList, removeList } from "../../src/verbs/manifest-lists.ts"
import { pull } from "../../src/verbs/pull.ts"
import { push } from "../../src/verbs/push.ts"
import { removeImage } from "../../src/verbs/remove-image.ts"
import { amd64, arm64, documentAt, nameOf, pushImage, pushIndex } from "../manifests/sample-registry.ts"
import { file, image, world } from "../world.ts"
import { built } from "./built.ts"

const list = nameOf("registry.example/team/app:1")
const create = (sources: ReadonlyArray<string>, amend = false) =>
  createList({ list, sources: sources.map(nameOf), amend })

const annotate = (source: string, wish: PlatformWish) =>
  annotateListed({ list, source: nameOf(source), called: { list: "the list", source } }, wish)

const nothing = { architecture: "", os: "", osFeatures: [], osVersion: "", variant: "" }

describe("a manifest list", () => {
  it.scoped("holds what registries have, and is pushed as Docker writes it, in the order of its names", () =>
    Effect.gen(function* () {
      const arm = yield* pushImage("registry.example/team/app:b-arm", arm64, MediaType.dockerManifest)
      const amd = yield* pushImage("registry.example/team/app:a-amd", amd64, MediaType.dockerManifest)
      yield* create(["registry.example/team/app:b-arm", "registry.example/team/app:a-amd"])
      const { digest, sent } = yield* pushList(list)
      expect(sent).toEqual([])
      const pushed = yield* documentAt("registry.example/team/app:1")
      expect(pushed.digest).toBe(digest)
      const { mediaType } = amd
      expect(pushed.text).toBe(
        JSON.stringify(
          {
            schemaVersion: 2,
            mediaType: MediaType.dockerIndex,
            manifests: [
              { mediaType, size: amd.size, digest: amd.digest, platform: amd64 },
              { mediaType, size: arm.size, digest: arm.digest, platform: arm64 }
            ]
          },
          undefined,
          3
        )
      )
    }).pipe(Effect.provide(world))
  )

  it.scoped("takes images of other repositories and registries along when it is pushed", () =>
    Effect.gen(function* () {
      const amd = yield* pushImage("registry.example/other:amd", amd64)
      const arm = yield* pushImage("elsewhere.example/other:arm", arm64)
      yield* create(["registry.example/other:amd", "elsewhere.example/other:arm"])
      const { sent } = yield* pushList(list)
      expect(sent.map(({ digest }) => digest).toSorted()).toEqual([amd.digest, arm.digest].toSorted())
      const registry = yield* Registry
      for (const digest of [amd.digest, arm.digest]) {
        const { bytes } = yield* registry.resolve(nameOf(`registry.example/team/app@${digest}`))
        const { config, layers } = JSON.parse(new TextDecoder().decode(bytes))
        for (const part of [config, ...layers]) expect(yield* registry.hasBlob(list, part.digest)).toBe(true)
      }
    }).pipe(Effect.provide(world))
  )

  it.scoped("holds local images, which are sent when it is pushed, and can be pulled then", () =>
    Effect.gen(function* () {
      const { id } = yield* image(["app:here"], { Cmd: ["sh"] }, [file("a", "content")])
      yield* create(["app:here"])
      const [listed] = yield* listedManifests(list)
      expect(listed).toMatchObject({ source: "docker.io/library/app:here", image: id, platform: { os: "linux" } })
      const { sent } = yield* pushList(list)
      expect(sent).toHaveLength(1)
      expect((yield* pull(list)).image.id).toBe(id)
    }).pipe(Effect.provide(world))
  )

  it.scoped("holds every platform of a local image, until its name leads to others for them", () =>
    Effect.gen(function* () {
      const platforms = [amd64, arm64]
      const build = (text: string) =>
        built(`FROM scratch\nARG TARGETARCH\nCOPY <<E /arch\n${text} $TARGETARCH\nE\n`, {
          names: ["app:all"],
          platforms
        })
      yield* build("old")
      yield* create(["app:all"])
      yield* image(["app:other"], { Cmd: ["sh"] }, [file("a", "content")])
      yield* create(["app:other"], true)
      const old = yield* listedManifests(list)
      expect(old).toHaveLength(3)
      const { images } = yield* build("new")
      const blobs = yield* BlobStore
      const now = yield* Effect.forEach(images, ({ manifest }) => Effect.map(blobs.readWhole(manifest), ofBytes))
      yield* create(["app:all"], true)
      const listed = yield* listedManifests(list)
      expect(listed.map(({ source }) => source).toSorted()).toEqual(
        ["docker.io/library/app:other", ...now.map((each) => `docker.io/library/app@${each}`)].toSorted()
      )
      const refused = yield* Effect.flip(annotate("app:all", nothing))
      expect(refused).toMatchObject({ hint: expect.stringMatching(/^name one of its manifests: app@sha256:.*, app@/) })
      const arm = listed.find(({ platform }) => platform?.architecture === "arm64")
      yield* annotate(arm?.source ?? "", { ...nothing, variant: "v9" })
      expect((yield* listedManifests(list)).map(({ platform }) => platform?.variant)).toContain("v9")
      expect((yield* pushList(list)).sent).toHaveLength(3)
      const { text } = yield* documentAt("registry.example/team/app:1")
      expect(JSON.parse(text).manifests).toHaveLength(3)
    }).pipe(Effect.provide(world))
  )

  it.scoped("keeps its local images from being pruned, and not from being removed by name", () =>
    Effect.gen(function* () {
      const { id } = yield* image(["app:here"], {}, [file("a", "content")])
      yield* create(["app:here"])
      const { snapshot } = yield* takeSnapshot
      expect(snapshot.images).toMatchObject([{ id, list: "registry.example/team/app:1" }])
      yield* removeList(list)
      expect((yield* takeSnapshot).snapshot.images[0]?.list).toBeUndefined()
      yield* create(["app:here"])
      const found = yield* (yield* Images).find("app:here")
      expect(yield* removeImage("app:here", found, { force: false })).toContainEqual({ deleted: id })
    }).pipe(Effect.provide(world))
  )

  it.scoped("asks the registry for a name that it is known to have, whatever is here", () =>
    Effect.gen(function* () {
      const { id } = yield* image(["registry.example/team/app:one"], { Cmd: ["sh"] }, [file("a", "content")])
      const ref = nameOf("registry.example/team/app:one")
      yield* push([{ image: yield* (yield* Images).find(id), ref }])
      const moved = yield* pushImage("registry.example/team/app:one", arm64)
      yield* create(["registry.example/team/app:one"])
      expect((yield* listedManifests(list))[0]).toMatchObject({ digest: moved.digest, platform: arm64 })
    }).pipe(Effect.provide(world))
  )

  it.scoped("is not pushed in part: an image that is gone since is missed by name, and no list is there", () =>
    Effect.gen(function* () {
      yield* image(["app:here"], {}, [file("a", "content")])
      yield* create(["app:here"])
      yield* removeImage("app:here", yield* (yield* Images).find("app:here"), { force: false })
      expect(yield* Effect.flip(pushList(list))).toMatchObject({
        _tag: "ManifestsRefused",
        what: "docker.io/library/app:here is not here any more"
      })
      expect(yield* Effect.flip(documentAt("registry.example/team/app:1"))).toMatchObject({ _tag: "ImageNotFound" })
    }).pipe(Effect.provide(world))
  )

  it.scoped("is added to only when that is wanted, with all sources or none", () =>
    Effect.gen(function* () {
      yield* pushImage("registry.example/team/app:amd", amd64)
      yield* pushImage("registry.example/team/app:arm", arm64)
      yield* create(["registry.example/team/app:amd"])
      expect(yield* Effect.flip(create(["registry.example/team/app:arm"]))).toMatchObject({
        what: "refusing to amend an existing manifest list with no --amend flag"
      })
      const missing = create(["registry.example/team/app:arm", "registry.example/team/app:none"], true)
      expect(yield* Effect.flip(missing)).toMatchObject({
        what: "no such manifest: registry.example/team/app:none"
      })
      expect(yield* listedManifests(list)).toHaveLength(1)
      yield* create(["registry.example/team/app:arm"], true)
      expect(yield* listedManifests(list)).toHaveLength(2)
    }).pipe(Effect.provide(world))
  )

  it.scoped("has no digest before it is pushed", () =>
    Effect.gen(function* () {
      const sources = [nameOf("registry.example/team/app:amd")]
      const digested = nameOf(`registry.example/team/app:1@sha256:${"0".repeat(64)}`)
      expect(yield* Effect.flip(createList({ list: digested, sources, amend: false }))).toMatchObject({
        what: expect.stringContaining("cannot make a list under the digest registry.example/team/app:1@sha256:")
      })
    }).pipe(Effect.provide(world))
  )

  it.scoped("refuses a source that is a list itself", () =>
    Effect.gen(function* () {
      yield* pushIndex("registry.example/team/app:all", [])
      expect(yield* Effect.flip(create(["registry.example/team/app:all"]))).toMatchObject({
        what: "registry.example/team/app:all is a manifest list"
      })
    }).pipe(Effect.provide(world))
  )

  it.scoped("is annotated, which stays when the same manifest is added again and goes when it is another", () =>
    Effect.gen(function* () {
      const name = "registry.example/team/app:arm"
      yield* pushImage(name, arm64)
      yield* create([name])
      yield* annotate(name, { ...nothing, variant: "v8", osFeatures: ["a", "b"], osVersion: "1" })
      yield* annotate(name, { ...nothing, osFeatures: ["b", "c"] })
      const annotated = { ...arm64, variant: "v8", "os.version": "1", "os.features": ["a", "b", "c"] }
      yield* create([name], true)
      expect((yield* listedManifests(list))[0]?.platform).toEqual(annotated)
      yield* pushImage(name, amd64)
      yield* create([name], true)
      expect((yield* listedManifests(list))[0]?.platform).toEqual(amd64)
    }).pipe(Effect.provide(world))
  )

  it.scoped("is not annotated for machines that there are not, nor of what it does not hold", () =>
    Effect.gen(function* () {
      const name = "registry.example/team/app:arm"
      yield* pushImage(name, arm64)
      yield* create([name])
      expect(yield* Effect.flip(annotate(name, { ...nothing, os: "plan10" }))).toMatchObject({
        what: "manifest entry for image has unsupported os/arch combination: plan10/arm64"
      })
      expect(yield* Effect.flip(annotate("other", nothing))).toMatchObject({
        what: "manifest for image other does not exist in the list"
      })
      expect((yield* listedManifests(list))[0]?.platform).toEqual(arm64)
    }).pipe(Effect.provide(world))
  )

  it.scoped("is pushed only when it is known what each manifest is for", () =>
    Effect.gen(function* () {
      yield* pushImage("registry.example/team/app:odd", { architecture: "", os: "linux" })
      yield* create(["registry.example/team/app:odd"])
      expect(yield* Effect.flip(pushList(list))).toMatchObject({
        what: "manifest registry.example/team/app:odd must have an OS and Architecture to be pushed to a registry"
      })
    }).pipe(Effect.provide(world))
  )

  it.scoped("is forgotten once", () =>
    Effect.gen(function* () {
      yield* pushImage("registry.example/team/app:arm", arm64)
      yield* create(["registry.example/team/app:arm"])
      yield* removeList(list)
      expect(yield* listedManifests(list)).toEqual([])
      expect(yield* Effect.flip(removeList(list))).toMatchObject({
        what: "No such manifest: registry.example/team/app:1"
      })
      expect(yield* Effect.flip(pushList(list))).toMatchObject({ _tag: "ManifestsRefused" })
    }).pipe(Effect.provide(world))
  )
})
