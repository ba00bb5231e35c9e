import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import type { Descriptor } from "@gantry/core/image/Descriptor"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import { familiar } from "@gantry/core/image/ImageRef"
import * as MediaType from "@gantry/core/image/MediaType"
import { format, type Platform, plainPlatform } from "@gantry/core/image/Platform"
import type { Attestation } from "./Attestation.ts"

/** A blob, and what names it. */
export interface Document {
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
}

/** The documents that hold what is said of one image. All others are named by the manifest. */
export interface AttestationDocuments {
  readonly blobs: ReadonlyArray<Document>
  readonly manifest: Document
}

/** What is talked about. */
export interface Subject {
  readonly digest: Digest
  readonly platform: Platform
  readonly names: ReadonlyArray<ImageRef>
}

/** The type of a statement as a blob. */
const inToto = "application/vnd.in-toto+json"

/**
 * A manifest that stands beside an image in its index and holds statements about it, so that registries keep it and no
 * runtime takes it for an image.
 *
 * Spec: BuildKit, "Image Attestation Storage"; in-toto attestation, "Statement" 0.1.
 */
export const attestationDocuments = (
  attestations: ReadonlyArray<Attestation>,
  subject: Subject
): AttestationDocuments => {
  const statements = attestations.map(({ predicate, predicateType }) =>
    document(
      inToto,
      { _type: "https://in-toto.io/Statement/v0.1", predicateType, subject: subjectsOf(subject), predicate },
      { "in-toto.io/predicate-type": predicateType }
    )
  )
  const config = document(MediaType.ociConfig, {
    architecture: "unknown",
    os: "unknown",
    config: {},
    rootfs: { type: "layers", diff_ids: statements.map(({ descriptor }) => descriptor.digest) }
  })
  const manifest = document(MediaType.ociManifest, {
    schemaVersion: 2,
    mediaType: MediaType.ociManifest,
    config: config.descriptor,
    layers: statements.map(({ descriptor }) => descriptor)
  })
  return { blobs: [config, ...statements], manifest }
}

/** How an index names such a manifest. */
export const attestationEntry = ({ descriptor }: Document, { digest }: Pick<Subject, "digest">): Descriptor => ({
  ...descriptor,
  annotations: { "vnd.docker.reference.digest": digest, "vnd.docker.reference.type": "attestation-manifest" },
  platform: { architecture: "unknown", os: "unknown" }
})

const subjectsOf = ({ digest, names, platform }: Subject) => {
  const sha256 = digest.slice("sha256:".length)
  const all = names.map((name) => imageUrl(familiar(name), platform))
  return (all.length === 0 ? ["_"] : all).map((name) => ({ name, digest: { sha256 } }))
}

/** An image as a package URL. Spec: purl-spec, type "docker". `name`: as people write it, with a tag or a digest. */
export const imageUrl = (name: string, platform: Platform): string => {
  const at = name.indexOf("@")
  const tagged = at < 0 ? name : name.slice(0, at)
  const colon = tagged.lastIndexOf(":")
  const hasTag = colon > tagged.lastIndexOf("/")
  const bare = hasTag ? tagged.slice(0, colon) : tagged
  const path = bare.split("/").map(encodeURIComponent).join("/")
  const version = hasTag ? tagged.slice(colon + 1) : at < 0 ? "latest" : ""
  const digest = at < 0 ? "" : `digest=${name.slice(at + 1)}&`
  return `pkg:docker/${path}${version === "" ? "" : `@${encodeURIComponent(version)}`}?${digest}platform=${encodeURIComponent(format(plainPlatform(platform)))}`
}

const document = (mediaType: string, value: unknown, annotations?: Descriptor["annotations"]): Document => {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  return {
    descriptor: {
      mediaType,
      digest: ofBytes(bytes),
      size: bytes.length,
      ...(annotations === undefined ? {} : { annotations })
    },
    bytes
  }
}
