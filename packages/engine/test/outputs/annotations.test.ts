import { describe, expect, it } from "vitest"
import { type Annotation, annotationsFor } from "../../src/outputs/annotations.ts"
import { indexOf } from "../../src/outputs/image-index.ts"
import { platformFolder } from "../../src/outputs/export-tree.ts"
import { ofBytes } from "@gantry/core/image/Digest"
import * as MediaType from "@gantry/core/image/MediaType"

const amd64 = { os: "linux", architecture: "amd64" }
const arm64 = { os: "linux", architecture: "arm64", variant: "v8" }

describe("annotations", () => {
  const annotations: ReadonlyArray<Annotation> = [
    { level: "manifest", key: "z", value: "1" },
    { level: "manifest", platform: arm64, key: "a", value: "2" },
    { level: "manifest", key: "z", value: "3" },
    { level: "index", key: "i", value: "4" },
    { level: "manifest-descriptor", platform: amd64, key: "d", value: "5" }
  ]

  it("go where they belong, sorted, the last one of a name", () => {
    expect(annotationsFor(annotations, "manifest", amd64)).toEqual({ z: "3" })
    expect(JSON.stringify(annotationsFor(annotations, "manifest", arm64))).toBe('{"a":"2","z":"3"}')
    expect(annotationsFor(annotations, "index")).toEqual({ i: "4" })
    expect(annotationsFor(annotations, "manifest-descriptor", arm64)).toBeUndefined()
  })

  it("stand in an index, whose platforms are written as other builders write them", () => {
    const entry = { mediaType: MediaType.ociManifest, digest: ofBytes("x"), size: 3 }
    const { bytes } = indexOf(
      [
        { ...entry, platform: amd64 },
        { ...entry, platform: arm64 }
      ],
      annotations
    )
    expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual({
      schemaVersion: 2,
      mediaType: MediaType.ociIndex,
      manifests: [
        { ...entry, annotations: { d: "5" }, platform: { architecture: "amd64", os: "linux" } },
        { ...entry, platform: { architecture: "arm64", os: "linux" } }
      ],
      annotations: { i: "4" }
    })
    expect(platformFolder(arm64)).toBe("linux_arm64")
    expect(platformFolder({ os: "linux", architecture: "arm", variant: "v7" })).toBe("linux_arm_v7")
  })
})
