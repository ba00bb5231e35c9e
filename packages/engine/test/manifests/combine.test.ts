import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import * as MediaType from "@gantry/core/image/MediaType"
import { describe, expect, it } from "vitest"
import { combine, type CombinedSource } from "../../src/manifests/combine.ts"
import type { IndexEntry } from "../../src/manifests/IndexEntry.ts"

const digestOf = (text: string): Digest => ofBytes(new TextEncoder().encode(text))

const image = (
  name: string,
  mediaType: string = MediaType.ociManifest,
  more: Partial<IndexEntry> = {}
): CombinedSource => {
  const config = { mediaType: MediaType.ociConfig, digest: digestOf(`config of ${name}`), size: 1 }
  const bytes = new TextEncoder().encode(name)
  const entry = { mediaType, digest: ofBytes(bytes), size: bytes.length, platform: { architecture: name, os: "linux" } }
  return { entry: { ...entry, ...more }, bytes, document: { type: "manifest", mediaType, config, layers: [] } }
}

const index = (...entries: ReadonlyArray<IndexEntry>): CombinedSource => {
  const bytes = new TextEncoder().encode(`an index of ${entries.length}`)
  const entry = { mediaType: MediaType.ociIndex, digest: ofBytes(bytes), size: bytes.length }
  return { entry, bytes, document: { type: "index", mediaType: MediaType.ociIndex, entries, annotations: {} } }
}

interface Index {
  readonly mediaType: string
  readonly manifests: ReadonlyArray<IndexEntry>
  readonly annotations?: object
}

const plain = { annotations: [], preferIndex: true }
const combined = (sources: ReadonlyArray<CombinedSource>, options: Parameters<typeof combine>[1] = plain) => {
  const { bytes, mediaType } = combine(sources, options)
  const document = JSON.parse(new TextDecoder().decode(bytes)) as Index
  expect(document.mediaType).toBe(mediaType)
  return document
}

describe("combining images", () => {
  it("leaves a single index byte for byte what it is, and a single image only when no index is preferred", () => {
    const one = index(image("amd64").entry)
    expect(combine([one], plain).bytes).toBe(one.bytes)
    const alone = image("amd64")
    expect(combine([alone], { ...plain, preferIndex: false })).toEqual({
      mediaType: MediaType.ociManifest,
      bytes: alone.bytes
    })
    expect(combined([alone]).manifests).toEqual([alone.entry])
  })

  it("takes the entries of indexes, each digest once, at its first place and with the last words said of it", () => {
    const [amd64, arm64] = [image("amd64").entry, image("arm64").entry]
    const again = image("amd64", MediaType.ociManifest, {
      platform: { architecture: "amd64", os: "linux", "os.version": "2" },
      annotations: { b: "2" }
    })
    const { manifests } = combined([index({ ...amd64, annotations: { a: "1", b: "1" } }, arm64), again])
    expect(manifests).toEqual([{ ...again.entry, annotations: { a: "1", b: "2" } }, arm64])
  })

  it("makes an index of Docker's of Docker's manifests alone", () => {
    const dockers = image("amd64", MediaType.dockerManifest)
    expect(combined([dockers]).mediaType).toBe(MediaType.dockerIndex)
    expect(combined([dockers, image("arm64")]).mediaType).toBe(MediaType.ociIndex)
  })

  it("annotates the index and the entries of a platform, which an index of Docker's cannot be", () => {
    const dockers = ["amd64", "arm64"].map((name) => image(name, MediaType.dockerManifest))
    const { annotations, manifests, mediaType } = combined(dockers, {
      preferIndex: true,
      annotations: [
        { level: "index", key: "a", value: "b" },
        {
          level: "manifest-descriptor",
          platform: { os: "linux", architecture: "arm64" },
          key: "c",
          value: "d"
        }
      ]
    })
    expect([mediaType, annotations]).toEqual([MediaType.ociIndex, { a: "b" }])
    expect(manifests.map((entry) => entry.annotations)).toEqual([undefined, { c: "d" }])
  })
})
