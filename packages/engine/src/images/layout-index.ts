import { randomBytes } from "node:crypto"
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as ImageRef from "@gantry/core/image/ImageRef"
import * as MediaType from "@gantry/core/image/MediaType"
import type { Transaction } from "@gantry/core/state/Database"
import * as Either from "effect/Either"

/**
 * The index of the store as an image layout, out of the tables of images: it names every image, so that other programs
 * can read the store. Spec: OCI image-spec, image-layout.md.
 */
export const layoutIndex = (tx: Transaction): string => {
  const manifests = tx
    .all("SELECT images.*, name FROM images LEFT JOIN image_names ON image_names.image = images.id ORDER BY name, id")
    .map((row) => ({
      ...(row["layout"] === null
        ? { mediaType: String(row["manifest_type"]), digest: String(row["manifest"]) }
        : { mediaType: MediaType.ociManifest, digest: String(row["layout"]) }),
      size: Number(row["layout_size"] ?? row["manifest_size"]),
      ...(row["name"] === null ? {} : { annotations: annotations(String(row["name"])) })
    }))
  return JSON.stringify({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests })
}

const annotations = (name: string) => ({
  "org.opencontainers.image.ref.name": Either.match(ImageRef.parse(name), {
    onLeft: () => name,
    onRight: ImageRef.familiar
  }),
  "io.containerd.image.name": name
})

/** Puts an index into its place in one step. */
export const writeLayoutIndex = (root: string, text: string): void => {
  mkdirSync(root, { recursive: true })
  const draft = join(root, `.index.${randomBytes(6).toString("hex")}.json`)
  writeFileSync(draft, text, { mode: 0o644 })
  renameSync(draft, join(root, "index.json"))
}

/** The text of the index as it is; undefined when there is none. */
export const readLayoutIndex = (root: string): string | undefined => {
  try {
    return readFileSync(join(root, "index.json"), "utf8")
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined
    throw cause
  }
}
