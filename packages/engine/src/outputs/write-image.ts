import type { Descriptor } from "@gantry/core/image/Descriptor"
import { ofBytes } from "@gantry/core/image/Digest"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import { Registry } from "@gantry/core/registry/Registry"
import type { Settings } from "@gantry/core/Settings"
import * as Effect from "effect/Effect"
import type { Attestation } from "../attest/Attestation.ts"
import type { Subject } from "../attest/attestation-manifest.ts"
import type { OnPushEvent } from "../push/PushEvent.ts"
import {
  descriptorOf,
  nameManifest,
  sendBytes,
  sendImage,
  type SendServices,
  type SentManifest
} from "../push/send-image.ts"
import type { SendError } from "../push/send-layer.ts"
import type { LayerForm } from "../push/LayerForm.ts"
import { type Annotation, annotationsFor } from "./annotations.ts"
import { indexOf } from "./image-index.ts"
import type { Output } from "./Output.ts"
import type { Prepared } from "./Produced.ts"

/** How what was built is sent. */
export interface SendBuiltOptions {
  readonly form: LayerForm
  readonly annotations: ReadonlyArray<Annotation>
  /** What attestations call the images; they stay behind when it is absent. */
  readonly attestFor?: ReadonlyArray<ImageRef>
  readonly onEvent?: OnPushEvent
}

/**
 * Sends what was built to a repository or a place, all but its name: one image, or the index of several with all of them,
 * and of one with what is said of it.
 * Naming what is returned makes it visible.
 */
export const sendBuilt = (
  place: Pick<ImageRef, "registry" | "repository">,
  prepared: ReadonlyArray<Prepared>,
  { annotations, attestFor, form, onEvent }: SendBuiltOptions
): Effect.Effect<SentManifest, SendError, SendServices | Settings> =>
  Effect.gen(function* () {
    const manifests = yield* Effect.forEach(prepared, ({ attestations: all = [], documents, platform }) => {
      const attestations = attestFor === undefined ? [] : all
      const own = annotationsFor(annotations, "manifest", platform)
      return Effect.map(
        sendImage(
          place,
          { config: documents.config, stack: documents.image.stack },
          { form, ...(own === undefined ? {} : { annotations: own }), ...(onEvent === undefined ? {} : { onEvent }) }
        ),
        (sent) => ({ ...sent, attestations, platform })
      )
    })
    const [only, ...more] = manifests
    if (only !== undefined && more.length === 0 && only.attestations.length === 0) return only
    for (const { digest, manifest } of manifests) yield* nameManifest({ ...place, digest }, { digest, manifest })
    const said = yield* Effect.forEach(manifests, ({ attestations, digest, platform }) =>
      attestations.length === 0
        ? Effect.succeed([])
        : sendAttestations(place, attestations, { digest, platform, names: attestFor ?? [] })
    )
    const index = indexOf(
      manifests.map((each) => ({ ...descriptorOf(each), platform: each.platform })),
      annotations,
      said.flat()
    )
    return { manifest: index, digest: ofBytes(index.bytes) }
  })

/** Few images have something said of them. */
const sendAttestations = (
  place: Pick<ImageRef, "registry" | "repository">,
  attestations: ReadonlyArray<Attestation>,
  subject: Subject
): Effect.Effect<ReadonlyArray<Descriptor>, SendError, SendServices> =>
  Effect.gen(function* () {
    const { attestationDocuments, attestationEntry } = yield* Effect.promise(
      () => import("../attest/attestation-manifest.ts")
    )
    const { blobs, manifest } = attestationDocuments(attestations, subject)
    for (const { bytes, descriptor } of blobs) yield* sendBytes(place, descriptor.mediaType, bytes)
    const { digest, mediaType } = manifest.descriptor
    yield* nameManifest({ ...place, digest }, { digest, manifest: { mediaType, bytes: manifest.bytes } })
    return [attestationEntry(manifest, subject)]
  })

/**
 * Writes what was built into an archive or a layout folder. An archive is replaced, in one step when all of it is
 * written; a folder keeps what it held.
 */
export const writeImage = (
  prepared: ReadonlyArray<Prepared>,
  { names, place, ...options }: Extract<Output, { readonly type: "archive" }>
): Effect.Effect<Descriptor, SendError, SendServices | Settings> =>
  Effect.gen(function* () {
    const unnamed: ImageRef = { registry: place, repository: "" }
    const written = Effect.gen(function* () {
      // Docker's own archives hold images and nothing else.
      const said = place.startsWith("docker-archive:") ? {} : { attestFor: names }
      const sent = yield* sendBuilt(unnamed, prepared, { ...options, ...said })
      const refs = names.map(({ registry, repository, tag }) => ({
        registry: place,
        repository: `${registry}/${repository}`,
        ...(tag === undefined ? {} : { tag })
      }))
      for (const ref of refs.length === 0 ? [unnamed] : refs) yield* nameManifest(ref, sent)
      return descriptorOf(sent)
    })
    return yield* (yield* Registry).together(unnamed, written, { replace: true })
  })
