import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as ImageRef from "@gantry/core/image/ImageRef"
import * as MediaType from "@gantry/core/image/MediaType"
import type { Transaction } from "@gantry/core/state/Database"

/**
 * The index of the store as an image layout, out of the tables of images: it names every image, so that other programs
 * can read the store. Spec: OCI image-spec, image-layout.md.
 */
export const layoutIndex = (tx: Transaction): string => {
  const rows = tx.all(
    `SELECT images.*, name, via, via_size FROM images LEFT JOIN image_names ON image_names.image = images.id
     ORDER BY name, position, id`
  )
  const through = new Set<string>()
  const manifests = rows.flatMap((row) => {
    const annotated = row["name"] === null ? {} : { annotations: annotations(String(row["name"])) }
    if (row["via"] !== null) {
      // A name that leads to several images has one line, that of the index which names them.
      if (through.has(String(row["name"]))) return []
      through.add(String(row["name"]))
      return [
        { mediaType: MediaType.ociIndex, digest: String(row["via"]), size: Number(row["via_size"]), ...annotated }
      ]
    }
    return [
      {
        ...(row["layout"] === null
          ? { mediaType: String(row["manifest_type"]), digest: String(row["manifest"]) }
          : { mediaType: MediaType.ociManifest, digest: String(row["layout"]) }),
        size: Number(row["layout_size"] ?? row["manifest_size"]),
        ...annotated
      }
    ]
  })
  return JSON.stringify({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests })
}

const annotations = (name: string) => ({
  "org.opencontainers.image.ref.name": ImageRef.familiarOf(name),
  "io.containerd.image.name": name
})

/** What makes a directory a layout. Spec: OCI image-spec, image-layout.md, section "oci-layout file". */
const mark = "oci-layout"

/** Whether other programs take the store for a layout. */
export const isMarked = (root: string): boolean => existsSync(join(root, mark))

/** Puts an index into its place in one step. */
export const writeLayoutIndex = (root: string, text: string): void => {
  mkdirSync(root, { recursive: true })
  if (!isMarked(root)) writeFileSync(join(root, mark), `{"imageLayoutVersion":"1.0.0"}`, { mode: 0o644 })
  const draft = join(root, `.index.${randomBytes(6).toString("hex")}.json`)
  // What it lists leads to the configuration of every image, which may hold what is nobody else's.
  writeFileSync(draft, text, { mode: 0o600 })
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
