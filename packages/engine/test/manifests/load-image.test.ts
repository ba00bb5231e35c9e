import * as MediaType from "@gantry/core/image/MediaType"
import * as MemoryRegistry from "@gantry/plugin-memory/MemoryRegistry"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { fetchDocument, makeAllowance } from "../../src/manifests/fetch-document.ts"
import { loadImage } from "../../src/manifests/load-image.ts"
import { amd64, arm64, blob, document, nameOf, pushImage, pushIndex } from "./sample-registry.ts"

const all = { sboms: true, provenance: true }
const name = "first.example/app:1"
const loaded = (options = all) => Effect.flatMap(fetchDocument(nameOf(name)), (root) => loadImage(root, options))

/** A manifest with statements, attached to another one. */
const attestation = (
  subject: { readonly digest: string },
  statements: ReadonlyArray<readonly [string, string, unknown]>
) =>
  Effect.gen(function* () {
    const layers = yield* Effect.forEach(statements, ([type, mediaType, value]) =>
      Effect.map(blob(name, mediaType, value), (layer) => ({
        ...layer,
        annotations: { "in-toto.io/predicate-type": type }
      }))
    )
    const config = yield* blob(name, MediaType.ociConfig, { architecture: "unknown", os: "unknown" })
    const made = yield* document(`first.example/app:attached-${subject.digest.slice(7, 19)}`, MediaType.ociManifest, {
      schemaVersion: 2,
      config,
      layers
    })
    return {
      ...made,
      annotations: {
        "vnd.docker.reference.digest": subject.digest,
        "vnd.docker.reference.type": "attestation-manifest"
      },
      platform: { architecture: "unknown", os: "unknown" }
    }
  })

const inToto = "application/vnd.in-toto+json"

describe("what a registry has of an image", () => {
  it.scoped("is its configs by platform, and what is attached to them", () =>
    Effect.gen(function* () {
      const amd = { ...(yield* pushImage("first.example/app:amd", amd64)), platform: amd64 }
      const arm = { ...(yield* pushImage("first.example/app:arm", arm64)), platform: arm64 }
      const signed = { payload: Buffer.from(JSON.stringify({ predicate: { name: "signed" } })).toString("base64") }
      const attached = yield* attestation(amd, [
        ["https://slsa.dev/provenance/v1", inToto, { predicate: { buildDefinition: 1 } }],
        ["https://spdx.dev/Document", inToto, { predicate: { name: "plain" } }],
        ["https://spdx.dev/Document", "application/vnd.in-toto.spdx+dsse", signed],
        ["https://spdx.dev/Document", "application/octet-stream", { predicate: "no statement" }]
      ])
      yield* pushIndex(name, [arm, amd, attached])
      const facts = yield* loaded()
      expect([...facts.keys()]).toEqual(["linux/amd64", "linux/arm64"])
      expect(facts.get("linux/amd64")).toEqual({
        config: expect.objectContaining(amd64),
        provenance: { buildDefinition: 1 },
        sboms: [{ name: "plain" }, { name: "signed" }]
      })
      expect(facts.get("linux/arm64")).toMatchObject({ sboms: [], provenance: undefined })
      expect((yield* loaded({ sboms: false, provenance: false })).get("linux/amd64")).toMatchObject({ sboms: [] })
    }).pipe(Effect.provide(MemoryRegistry.layer))
  )

  it.scoped("is found through other indexes, but not through too many", () =>
    Effect.gen(function* () {
      let inner = yield* pushImage("first.example/app:0", amd64)
      inner = yield* pushIndex(name, [inner])
      expect([...(yield* loaded()).keys()]).toEqual(["linux/amd64"])
      for (const at of [2, 3, 4, 5]) inner = yield* pushIndex(`first.example/app:${at}`, [inner])
      yield* pushIndex(name, [inner])
      expect(yield* Effect.flip(loaded())).toMatchObject({ why: "its index leads through more than 4 others" })
    }).pipe(Effect.provide(MemoryRegistry.layer))
  )

  it.scoped("is the platform of its config where its index names none, as of an image alone", () =>
    Effect.gen(function* () {
      yield* pushImage(name, { ...arm64, variant: "v8" })
      expect([...(yield* loaded()).keys()]).toEqual(["linux/arm64/v8"])
    }).pipe(Effect.provide(MemoryRegistry.layer))
  )

  it.scoped("is refused when all of it together is too much, however it is divided", () =>
    Effect.gen(function* () {
      const take = makeAllowance(nameOf(name), 10)
      yield* take(6)
      yield* take(4)
      expect(yield* Effect.flip(take(1))).toMatchObject({
        what: "first.example/app:1 cannot be shown",
        why: "there are more than 10 bytes of manifests, configs and attachments"
      })
      const large = { ...(yield* blob(name, MediaType.ociConfig, {})), size: 2 ** 40 }
      yield* document(name, MediaType.ociManifest, { schemaVersion: 2, config: large, layers: [] })
      expect(yield* Effect.flip(loaded())).toMatchObject({ why: expect.stringContaining("8388608 are the most") })
    }).pipe(Effect.provide(MemoryRegistry.layer))
  )

  it.scoped("is refused when a config is not what its digest says", () =>
    Effect.gen(function* () {
      const config = { ...(yield* blob(name, MediaType.ociConfig, { a: 1 })), size: 1 }
      yield* document(name, MediaType.ociManifest, { schemaVersion: 2, config, layers: [] })
      expect(yield* Effect.flip(loaded())).toMatchObject({ _tag: "BlobCorrupt" })
    }).pipe(Effect.provide(MemoryRegistry.layer))
  )
})
