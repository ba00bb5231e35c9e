import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Descriptor } from "../image/Descriptor.ts"
import { type Digest, hasher, ofBytes } from "../image/Digest.ts"
import type { ImageRef } from "../image/ImageRef.ts"
import { BlobCorrupt } from "../store/StoreError.ts"
import type { Login } from "./Credentials.ts"
import type { RegistryError } from "./RegistryError.ts"

/** The bytes of a manifest or index, with the type the registry gave them. */
export interface ManifestBytes {
  readonly mediaType: string
  readonly bytes: Uint8Array
}

/** What bytes turned out to be once all of them had passed. */
export interface Uploaded {
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
}

/** What a registry plugin writes: it speaks the protocol and verifies nothing. */
export interface RegistryDriver {
  /** The manifest or index a tag or digest names. */
  readonly manifest: (ref: ImageRef) => Effect.Effect<ManifestBytes, RegistryError>
  /** The bytes of a blob from an offset on. */
  readonly fetch: (ref: ImageRef, digest: Digest, offset: number) => Stream.Stream<Uint8Array, RegistryError>
  readonly hasBlob: (ref: ImageRef, digest: Digest) => Effect.Effect<boolean, RegistryError>
  /** Uploads a blob; a blob that is there already may be sent again. */
  readonly push: <E>(
    ref: ImageRef,
    descriptor: Descriptor,
    bytes: Stream.Stream<Uint8Array, E>
  ) => Effect.Effect<void, E | RegistryError>
  /**
   * Uploads a blob that is at hand as a whole. Places for which that is no difference leave it out, and get a stream of
   * one piece.
   */
  readonly pushBytes?: (ref: ImageRef, descriptor: Descriptor, bytes: Uint8Array) => Effect.Effect<void, RegistryError>
  /**
   * Uploads bytes whose digest is known only when they have ended, as those of a compressor are. The registry is told
   * the digest that was seen.
   */
  readonly upload: <E>(ref: ImageRef, bytes: Stream.Stream<Uint8Array, E>) => Effect.Effect<Uploaded, E | RegistryError>
  /**
   * Makes a blob of another repository of the same registry part of this one without sending it. False when the
   * registry wants the bytes after all. Spec: OCI distribution-spec, section "Mounting a blob from another repository".
   */
  readonly mount: (ref: ImageRef, digest: Digest, from: string) => Effect.Effect<boolean, RegistryError>
  /** Stores a manifest under the reference's tag, or under its digest alone. All blobs it names are there already. */
  readonly tag: (ref: ImageRef, manifest: ManifestBytes) => Effect.Effect<void, RegistryError>
  /**
   * Tags of a repository, sorted by code unit. Of a place on this machine and no repository: what to write behind it for
   * each of its images, be it a tag, a whole name, or `@digest` for an image without a name.
   */
  readonly tags: (ref: ImageRef) => Effect.Effect<ReadonlyArray<string>, RegistryError>
  /** See {@link RegistryShape.check}. Places that ask nobody who they are leave it out. */
  readonly check?: RegistryShape["check"]
  /** See {@link RegistryShape.together}. Places that take each tag for itself leave it out. */
  readonly together?: RegistryShape["together"]
}

/** A remote place for images: what the engine uses. Built from a driver by {@link make}. */
export interface RegistryShape {
  /** The manifest or index a reference names, with its descriptor. A digest in the reference is verified. */
  readonly resolve: (
    ref: ImageRef
  ) => Effect.Effect<ManifestBytes & { readonly descriptor: Descriptor }, RegistryError | BlobCorrupt>
  /** A blob, verified by digest and size as it passes (REG-3): the stream fails with `BlobCorrupt` before it ends. */
  readonly fetch: (ref: ImageRef, descriptor: Descriptor) => Stream.Stream<Uint8Array, RegistryError | BlobCorrupt>
  /** The bytes of a blob from an offset on, unverified: for whoever has the beginning and verifies the whole. */
  readonly fetchFrom: RegistryDriver["fetch"]
  readonly hasBlob: RegistryDriver["hasBlob"]
  readonly push: RegistryDriver["push"]
  /** Uploads a blob that is at hand as a whole; a blob that is there already may be sent again. */
  readonly pushBytes: NonNullable<RegistryDriver["pushBytes"]>
  readonly upload: RegistryDriver["upload"]
  readonly mount: RegistryDriver["mount"]
  readonly tag: RegistryDriver["tag"]
  readonly tags: RegistryDriver["tags"]
  /** Whether a registry (its host and port) takes this login: fails with `RegistryRefused` when it does not. */
  readonly check: (registry: string, login: Login) => Effect.Effect<void, RegistryError>
  /**
   * Runs an effect that pushes to one place. An archive is written once, when the effect has succeeded, and not at all
   * when it fails; until then its tags are seen by nobody. `replace`: what the archive held before is not kept.
   * Everywhere else each tag is there at once, as without this.
   */
  readonly together: <A, E, R>(
    place: Pick<ImageRef, "registry">,
    effect: Effect.Effect<A, E, R>,
    options?: { readonly replace: boolean }
  ) => Effect.Effect<A, E | RegistryError, R>
}

/** The service tag of {@link RegistryShape}. */
export class Registry extends Context.Tag("@gantry/core/Registry")<Registry, RegistryShape>() {}

/** How a driver uploads what is at hand: its own way, or as a stream of one piece. */
export const pushBytesOf = ({ push, pushBytes }: RegistryDriver): RegistryShape["pushBytes"] =>
  pushBytes ?? ((ref, descriptor, bytes) => push(ref, descriptor, Stream.make(bytes)))

/** Adds verification to a driver: nothing a registry sends is believed. */
export const make = (driver: RegistryDriver): RegistryShape => ({
  hasBlob: driver.hasBlob,
  fetchFrom: driver.fetch,
  push: driver.push,
  pushBytes: pushBytesOf(driver),
  upload: driver.upload,
  mount: driver.mount,
  tag: driver.tag,
  tags: driver.tags,
  check: driver.check ?? (() => Effect.void),
  together: driver.together ?? ((_, effect) => effect),
  resolve: (ref) =>
    Effect.flatMap(driver.manifest(ref), (manifest) => {
      const actual = ofBytes(manifest.bytes)
      if (ref.digest !== undefined && ref.digest !== actual) {
        return Effect.fail(new BlobCorrupt({ expected: ref.digest, actual, size: manifest.bytes.length }))
      }
      return Effect.succeed({
        ...manifest,
        descriptor: { mediaType: manifest.mediaType, digest: actual, size: manifest.bytes.length }
      })
    }),
  fetch: (ref, { digest, size }) =>
    Stream.suspend(() => {
      const seen = hasher()
      const check = Effect.suspend(() => {
        const actual = seen.digest()
        return actual === digest && seen.size() === size
          ? Effect.void
          : Effect.fail(new BlobCorrupt({ expected: digest, actual, size: seen.size() }))
      })
      return driver.fetch(ref, digest, 0).pipe(
        Stream.mapEffect((piece) => {
          seen.update(piece)
          // A registry that sends more than it promised is stopped at the first byte too many.
          return seen.size() > size ? check.pipe(Effect.as(piece)) : Effect.succeed(piece)
        }),
        Stream.concat(Stream.execute(check))
      )
    })
})
