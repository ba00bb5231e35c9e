import * as MediaType from "@gantry/core/image/MediaType"
import { Either } from "effect"
import { describe, expect, it } from "vitest"
import { mostEntries, readDocument } from "../../src/manifests/read-document.ts"

const digest = `sha256:${"a".repeat(64)}`
const descriptor = { mediaType: MediaType.ociManifest, digest, size: 3 }

const read = (value: unknown, mediaType: string = MediaType.ociIndex) =>
  readDocument({
    mediaType,
    bytes: new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value))
  })

describe("a manifest or an index of a registry", () => {
  it("is read with all its entries, and without what nobody knows", () => {
    const platform = {
      architecture: "arm",
      os: "linux",
      variant: "v7",
      "os.version": "1",
      "os.features": ["a"],
      more: 1
    }
    const entry = { ...descriptor, platform, annotations: { a: "b", c: 1 }, urls: ["https://x"], data: "eA==" }
    const { more: _, ...known } = platform
    expect(read({ schemaVersion: 2, manifests: [entry, descriptor], annotations: { x: "y" } })).toEqual(
      Either.right({
        type: "index",
        mediaType: MediaType.ociIndex,
        entries: [{ ...descriptor, platform: known, annotations: { a: "b" }, urls: ["https://x"] }, descriptor],
        annotations: { x: "y" }
      })
    )
  })

  it("says itself what it is, where its place says something else", () => {
    const mediaType = MediaType.dockerIndex
    expect(Either.getOrThrow(read({ mediaType, manifests: [] }, "text/plain")).mediaType).toBe(mediaType)
  })

  it("is of the kind of its config, where neither it nor its place says what it is", () => {
    const typeOf = (mediaType: string) =>
      Either.getOrThrow(read({ config: { ...descriptor, mediaType }, layers: [] }, "text/plain")).mediaType
    expect(typeOf(MediaType.dockerConfig)).toBe(MediaType.dockerManifest)
    expect(typeOf(MediaType.ociConfig)).toBe(MediaType.ociManifest)
    expect(Either.getOrThrow(read({ manifests: [] }, "text/plain")).mediaType).toBe(MediaType.ociIndex)
  })

  it.each<readonly [string, unknown, string]>([
    ["is no JSON", "{", "not a JSON object"],
    ["is a list", [], "not a JSON object"],
    ["is of schema 1", { schemaVersion: 1, fsLayers: [] }, "schema 1"],
    ["is two things", { manifests: [], config: descriptor, layers: [] }, "an index and an image at once"],
    ["has entries without a digest", { manifests: [{ ...descriptor, digest: "sha256:a" }] }, "no sha256 digest"],
    ["has entries without a type", { manifests: [{ ...descriptor, mediaType: 1 }] }, "no mediaType"],
    ["has entries of no size", { manifests: [{ ...descriptor, size: -1 }] }, "no number of bytes"],
    ["has entries that are nothing", { manifests: [null] }, "not an object"],
    ["has no list", { manifests: {} }, "no list of manifests"],
    ["has too many entries", { manifests: Array.from({ length: mostEntries + 1 }, () => descriptor) }, "are the most"]
  ])("is refused when it %s", (_, value, why) => {
    const result = read(value)
    expect(Either.isLeft(result) ? result.left : "read").toContain(why)
  })

  it("is refused when it is an image without layers", () => {
    expect(read({ config: descriptor }, MediaType.ociManifest)).toEqual(
      Either.left("its manifest names no config and layers")
    )
  })
})
