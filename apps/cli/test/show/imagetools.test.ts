import { ofBytes } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import * as MediaType from "@gantry/core/image/MediaType"
import type { FetchedDocument } from "@gantry/engine/manifests/fetch-document"
import type { PlatformFacts } from "@gantry/engine/manifests/load-image"
import { readDocument } from "@gantry/engine/manifests/read-document"
import { Either } from "effect"
import { describe, expect, it } from "vitest"
import { imageFacts, imageListing, renderFacts } from "../../src/show/imagetools.ts"

const digest = (letter: string) => `sha256:${letter.repeat(64)}`

const fetched = (value: object, mediaType: string = MediaType.ociIndex): FetchedDocument => {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  return {
    ref: Either.getOrThrow(ImageRef.parse("team/app:1")),
    bytes,
    descriptor: { mediaType, digest: ofBytes(bytes), size: bytes.length },
    document: Either.getOrThrow(readDocument({ bytes, mediaType }))
  }
}

const amd64 = {
  mediaType: MediaType.ociManifest,
  digest: digest("a"),
  size: 7,
  platform: { architecture: "amd64", os: "linux" }
}
const windows = {
  ...amd64,
  digest: digest("b"),
  platform: { architecture: "amd64", os: "windows", "os.version": "10.0", "os.features": ["win32k", "b"] }
}
const attached = {
  ...amd64,
  digest: digest("c"),
  platform: { architecture: "unknown", os: "unknown" },
  annotations: { "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": digest("a") }
}
const index = fetched({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests: [amd64, windows, attached] })
const manifest = fetched(
  { schemaVersion: 2, config: { ...amd64, platform: undefined }, layers: [] },
  MediaType.dockerManifest
)

const facts = (more: Partial<PlatformFacts> = {}): PlatformFacts => ({
  config: { architecture: "amd64", os: "linux", config: { Env: ["A=b"], Labels: { x: "y" } } },
  sboms: [],
  provenance: undefined,
  ...more
})

const rendered = (
  format: string,
  document: FetchedDocument,
  platforms: { readonly [platform: string]: PlatformFacts }
) => {
  const text = renderFacts(format, imageFacts("team/app:1", document, new Map(Object.entries(platforms))))
  return text.ok ? text.value : text.problem
}

describe("what a registry has of an image", () => {
  it("is listed with all manifests of an index, terms in columns", () => {
    const blank = (length: number) => " ".repeat(length)
    expect(imageListing(index).split("\n")).toEqual([
      "Name:      docker.io/team/app:1",
      "MediaType: application/vnd.oci.image.index.v1+json",
      `Digest:    ${index.descriptor.digest}`,
      blank(11),
      "Manifests: ",
      `  Name:        docker.io/team/app:1@${amd64.digest}`,
      "  MediaType:   application/vnd.oci.image.manifest.v1+json",
      "  Platform:    linux/amd64",
      blank(15),
      `  Name:        docker.io/team/app:1@${windows.digest}`,
      "  MediaType:   application/vnd.oci.image.manifest.v1+json",
      "  Platform:    windows/amd64",
      "  OSVersion:   10.0",
      "  OSFeatures:  win32k, b",
      blank(15),
      `  Name:        docker.io/team/app:1@${attached.digest}`,
      "  MediaType:   application/vnd.oci.image.manifest.v1+json",
      "  Platform:    unknown/unknown",
      "  Annotations: ",
      `    vnd.docker.reference.digest: ${digest("a")}`,
      "    vnd.docker.reference.type:   attestation-manifest",
      ""
    ])
  })

  it("moves no cursor, whatever the registry says", () => {
    const entry = { ...amd64, annotations: { "a\u001b[2J": "b\nc" } }
    const listing = imageListing(fetched({ manifests: [entry] }))
    expect(listing).not.toContain("\u001b")
    expect(listing).toContain("b c\n")
  })

  it("is one manifest where there is no index", () => {
    expect(imageListing(manifest)).toBe(
      `Name:      docker.io/team/app:1\nMediaType: ${MediaType.dockerManifest}\nDigest:    ${manifest.descriptor.digest}\n`
    )
  })

  it("gives templates its fields by their names in Go, and JSON by those of the specification", () => {
    const several = { "linux/amd64": facts(), "windows/amd64": facts() }
    expect(rendered("{{range .Manifest.Manifests}}{{.Platform.OS}},{{.Digest}};{{end}}", index, several)).toBe(
      `linux,${digest("a")};windows,${digest("b")};unknown,${digest("c")};`
    )
    expect(rendered('{{(index .Image "linux/amd64").Config.Labels.x}} {{.Name}}', index, several)).toBe("y team/app:1")
    expect(JSON.parse(rendered("{{json .Manifest}}", index, several))).toEqual({
      schemaVersion: 2,
      mediaType: MediaType.ociIndex,
      digest: index.descriptor.digest,
      size: index.bytes.length,
      manifests: [amd64, windows, attached]
    })
    expect(rendered("{{json .Image}}", manifest, { "linux/amd64": facts() })).toBe(
      JSON.stringify(facts().config, undefined, 2)
    )
    expect(rendered("{{.Image.Architecture}} {{.Manifest.Digest}}", manifest, { "linux/amd64": facts() })).toBe(
      `amd64 ${manifest.descriptor.digest}`
    )
    expect(JSON.parse(rendered("{{json .}}", manifest, { "linux/amd64": facts() }))).toEqual({
      name: "team/app:1",
      manifest: {
        mediaType: MediaType.dockerManifest,
        digest: manifest.descriptor.digest,
        size: manifest.bytes.length
      },
      image: facts().config
    })
  })

  it("gives templates what is attached, by platform when there are several", () => {
    const full = facts({ provenance: { builder: { id: "x" } }, sboms: [{ name: "one" }, { name: "two" }] })
    const one = { "linux/amd64": full }
    expect(rendered("{{.Provenance.SLSA.builder.id}} {{.SBOM.SPDX.name}}", manifest, one)).toBe("x one")
    expect(JSON.parse(rendered("{{json .SBOM}}", manifest, one))).toEqual({
      SPDX: { name: "one" },
      AdditionalSPDXs: [{ name: "two" }]
    })
    expect(JSON.parse(rendered("{{json .Provenance}}", index, { ...one, "linux/arm64": facts() }))).toEqual({
      "linux/amd64": { SLSA: { builder: { id: "x" } } }
    })
    expect(rendered("{{json .Provenance}}{{json .SBOM}}", manifest, { "linux/amd64": facts() })).toBe("{}{}")
  })

  it("is asked for nothing that it has not", () => {
    expect(rendered("{{.Nope}}", manifest, {})).toContain("can't evaluate field Nope")
    expect(rendered("{{", manifest, {})).toContain("template: ")
  })
})
