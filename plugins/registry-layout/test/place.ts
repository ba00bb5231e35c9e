import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Descriptor } from "@gantry/core/image/Descriptor"
import type { Digest } from "@gantry/core/image/Digest"
import { inPlace } from "@gantry/core/image/ImageSource"
import { make, type RegistryShape } from "@gantry/core/registry/Registry"
import { Effect, Either, Stream } from "effect"
import { makeDriver } from "../src/LayoutRegistry.ts"
import { tempFolder } from "./temp-folder.ts"

/** A registry that remembers nothing of others. */
export const freshRegistry: Effect.Effect<RegistryShape> = Effect.map(makeDriver, make)

/** Writes an archive into a folder of its own; gives the registry that is in it. */
export const archiveAt = (bytes: Uint8Array, name = "a.tar") =>
  Effect.map(tempFolder, (folder) => {
    writeFileSync(join(folder, name), bytes)
    return `docker-archive:${join(folder, name)}`
  })

/** The reference of an image of a place; without a name that of the only one. */
export const at = (registry: string, name?: string) =>
  name === undefined ? { registry, repository: "" } : Either.getOrThrow(inPlace(registry, name))

/** All bytes of a blob, verified. */
export const bytesOf = (
  registry: RegistryShape,
  place: string,
  { digest, size }: Pick<Descriptor, "digest" | "size">
) =>
  Effect.map(Stream.runCollect(registry.fetch(at(place), { mediaType: "", digest, size })), (pieces) =>
    Buffer.concat([...pieces])
  )

/** The manifest that a name means, read. */
export const manifestAt = (registry: RegistryShape, place: string, name?: string) =>
  Effect.map(
    registry.resolve(at(place, name)),
    ({ bytes }) =>
      JSON.parse(Buffer.from(bytes).toString()) as { config: Descriptor; layers: ReadonlyArray<Descriptor> }
  )

/** A failure in one line, or what there is instead. */
export const failureOf = <A, E extends { readonly message: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.match(effect, { onFailure: ({ message }) => message, onSuccess: () => "no failure" })

/** 64 hex characters of a digest. */
export const hex = (digest: Digest): string => digest.slice("sha256:".length)
