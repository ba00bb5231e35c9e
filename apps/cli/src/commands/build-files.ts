import { randomBytes } from "node:crypto"
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import * as ImageRef from "@gantry/core/image/ImageRef"
import type { Built } from "@gantry/engine/verbs/build"
import { reasonOf } from "@gantry/engine/file-problem"
import * as Effect from "effect/Effect"
import { lookAt } from "../look-at.ts"
import { Usage } from "./Usage.ts"

/** What identifies what was built: an image by its ID, several platforms by the digest of their index. */
export const builtId = ({ descriptor, image, images }: Built): string =>
  images.length > 1 && descriptor !== undefined ? descriptor.digest : image.id

/**
 * What a build writes into its metadata file, with the names that Docker's buildx uses. Of files that left the store
 * nothing is said, as nothing names them.
 */
export const metadataOf = (built: Built, reference: string): { readonly [name: string]: unknown } => {
  const { descriptor, image, images, names } = built
  const id = images.length === 1 ? { "containerimage.config.digest": image.id } : {}
  return {
    "buildx.build.ref": reference,
    ...(descriptor === undefined
      ? {}
      : {
          ...id,
          "containerimage.descriptor": {
            ...descriptor,
            annotations: {
              ...(images.length === 1 ? { "config.digest": image.id } : {}),
              "org.opencontainers.image.created": new Date(image.createdAt).toISOString()
            }
          },
          "containerimage.digest": descriptor.digest,
          ...(names.length === 0 ? {} : { "image.name": names.map(ImageRef.format).join(",") })
        })
  }
}

/** Writes a small file in one step; a pipe or a device is written to as it is. */
export const writeWhole = (path: string, text: string, cwd: string): Effect.Effect<void, Usage> =>
  Effect.try({
    try: () => {
      const target = resolve(cwd, path)
      const { stat } = lookAt(target)
      if (stat !== undefined && !stat.isFile()) {
        writeFileSync(target, text)
        return
      }
      const draft = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}`)
      try {
        writeFileSync(draft, text, { flag: "wx", mode: 0o644 })
        renameSync(draft, target)
      } catch (cause) {
        // Where there cannot be one, Bun fails to remove it.
        if (existsSync(draft)) rmSync(draft, { force: true })
        throw cause
      }
    },
    catch: unwritable(path)
  })

const unwritable =
  (path: string) =>
  (cause: unknown): Usage =>
    new Usage({
      message: `${path} cannot be written: ${isMissing(cause) ? "there is no such directory" : reasonOf(cause)}`,
      status: 1
    })

const isMissing = (cause: unknown): boolean => cause instanceof Error && "code" in cause && cause.code === "ENOENT"

/** Takes away what an earlier build wrote, so that nobody takes it for this one's. */
export const removeStale = (path: string | undefined, cwd: string): Effect.Effect<void, Usage> =>
  path === undefined
    ? Effect.void
    : Effect.try({
        try: () => {
          const target = resolve(cwd, path)
          if (lookAt(target).stat?.isFile() === true) rmSync(target, { force: true })
        },
        catch: unwritable(path)
      })
