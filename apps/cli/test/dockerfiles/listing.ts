import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ofBytes } from "@gantry/core/image/Digest"
import { applyChanges, type Tree } from "@gantry/core/tree/Changeset"
import { readChanges } from "@gantry/core/tree/read-changes"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"

/** What an image is, as lines and values that are equal when images are. */
export interface ImageFacts {
  /** One line a path, sorted: see {@link listing}. */
  readonly tree: ReadonlyArray<string>
  /** Settings of the image, without those that say nothing. */
  readonly config: { readonly [name: string]: unknown }
  /** A row of history each: whether it added a layer. */
  readonly history: ReadonlyArray<boolean>
}

interface SavedConfig {
  readonly config?: { readonly [name: string]: unknown }
  readonly author?: string
  readonly architecture?: string
  readonly os?: string
  readonly history?: ReadonlyArray<{ readonly empty_layer?: boolean }>
}

const settings = [
  "Env",
  "Cmd",
  "Entrypoint",
  "User",
  "WorkingDir",
  "ExposedPorts",
  "Volumes",
  "Labels",
  "StopSignal",
  "Healthcheck",
  "Shell",
  "OnBuild"
]

/** Reads an archive as `docker save` writes it. */
export const imageFacts = (archive: string): ImageFacts => {
  const folder = mkdtempSync(join(tmpdir(), "gantry-saved-"))
  try {
    execFileSync("tar", ["-C", folder, "-xf", archive])
    const read = (path: string) => readFileSync(join(folder, path))
    const [manifest] = JSON.parse(read("manifest.json").toString()) as ReadonlyArray<{
      readonly Config: string
      readonly Layers: ReadonlyArray<string>
    }>
    if (manifest === undefined) throw new Error(`${archive} holds no image`)
    const saved = JSON.parse(read(manifest.Config).toString()) as SavedConfig
    let tree: Tree = []
    for (const layer of manifest.Layers) {
      const changes = readChanges([read(layer)])
      if ("why" in changes) throw new Error(`${layer}: ${changes.why}`)
      // Whiteouts speak of the layers below, wherever they stand in the archive.
      const first = changes.filter(({ type }) => type === "removed" || type === "opaque")
      tree = applyChanges(tree, [...first, ...changes.filter(({ type }) => type !== "removed" && type !== "opaque")])
    }
    const about = Object.entries({ ...saved.config, author: saved.author, os: saved.os, cpu: saved.architecture })
    return {
      tree: listing(tree),
      config: Object.fromEntries(
        about
          .filter(([name, value]) => [...settings, "author", "os", "cpu"].includes(name) && says(value))
          // To work in the root is what happens without a word.
          .filter(([name, value]) => name !== "WorkingDir" || value !== "/")
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
      ),
      history: (saved.history ?? []).map((row) => row.empty_layer !== true)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const says = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== "" &&
  // An empty Entrypoint or Cmd says no more than none: docker writes either.
  !(typeof value === "object" && Object.keys(value).length === 0)

/**
 * All but times: path, type (`d`, `f`, `l`, `c`, `b`, `p`), mode, owner, then content or target and extended attributes.
 * Names of one file are listed as the file each. Long contents stand by their size and digest.
 */
export const listing = (tree: Tree): ReadonlyArray<string> => {
  const files = new Map(tree.map((entry) => [entry.path, entry]))
  return tree
    .filter(({ path }) => path !== "")
    .map((entry) => {
      const real = entry.type === "hardlink" ? (files.get(entry.target) ?? entry) : entry
      const xattrs = [...(real.xattrs ?? [])].map(([name, value]) => `${name}=${Buffer.from(value).toString("hex")}`)
      const mode = real.type === "symlink" ? "-" : real.mode.toString(8)
      return [entry.path, letter(real), mode, `${real.uid}:${real.gid}`, what(real), ...xattrs.toSorted()]
        .filter((word) => word !== "")
        .join(" ")
    })
}

const letter = ({ type }: TreeEntry): string =>
  ({ file: "f", directory: "d", symlink: "l", hardlink: "?", char: "c", block: "b", fifo: "p" })[type]

const what = (entry: TreeEntry): string => {
  if (entry.type === "symlink") return `-> ${entry.target}`
  if (entry.type === "char" || entry.type === "block") return `${entry.major},${entry.minor}`
  if (entry.type !== "file") return ""
  const bytes = entry.content.from === "bytes" ? Buffer.from(entry.content.bytes) : Buffer.alloc(0)
  return bytes.length <= 60 ? JSON.stringify(bytes.toString()) : `${bytes.length} ${ofBytes(bytes).slice(7, 19)}`
}

/** What an image is beyond the one it stands on: new and other lines, and the names of what is gone. */
export const beyond = (image: ImageFacts, ground: ImageFacts): ImageFacts => {
  const known = new Set(ground.tree)
  const kept = new Set(image.tree.map(pathOf))
  const hasGround = image.tree.some((line) => known.has(line))
  const gone = hasGround ? ground.tree.map(pathOf).filter((path) => !kept.has(path)) : []
  return {
    tree: [...gone.map((path) => `- ${path}`), ...image.tree.filter((line) => !known.has(line))],
    config: image.config,
    // The rows of the base are its builder's.
    history: image.history.slice(hasGround ? ground.history.length : 0)
  }
}

const pathOf = (line: string): string => line.replace(/ [dflcbp?] (?:-|\d+) \d+:\d+.*$/s, "")
