import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Network } from "@gantry/core/network/Network"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import * as Database from "@gantry/core/state/Database"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"
import type { ImageConfig, ProcessConfig } from "@gantry/core/image/ImageConfig"
import type { Digest } from "@gantry/core/image/Digest"
import * as Memory from "@gantry/plugin-memory/Memory"
import { Context, Effect, Layer, Option } from "effect"
import * as Containers from "../src/containers/Containers.ts"
import { commitImage } from "../src/images/commit-image.ts"
import * as Images from "../src/images/Images.ts"
import { parseName } from "../src/images/Images.ts"
import * as LayerSources from "../src/images/LayerSources.ts"
import * as Volumes from "../src/volumes/Volumes.ts"

/** What a test may do to the world, and what it may know of it. */
export interface StageShape {
  /** From now on the container's supervisor counts as killed. */
  readonly lose: (id: string) => void
  /** Containers whose network was given back, in order. */
  readonly detached: ReadonlyArray<string>
}

/** The service tag of {@link StageShape}. */
export class Stage extends Context.Tag("@gantry/engine/test/Stage")<Stage, StageShape>() {}

/** The memory plugins, with containers that can be lost and a network that counts. */
const watched = Layer.effectContext(
  Effect.gen(function* () {
    const network = yield* Network
    const runtime = yield* Runtime
    const lost = new Set<string>()
    const detached: Array<string> = []
    return Context.make(Runtime, {
      ...runtime,
      state: (id) => (lost.has(id) ? Effect.succeed({ status: "lost", startedAt: 0 }) : runtime.state(id)),
      remove: (id) =>
        Effect.zipRight(
          Effect.sync(() => void lost.delete(id)),
          runtime.remove(id)
        )
    }).pipe(
      Context.add(Network, {
        ...network,
        detach: (attachment) =>
          Effect.zipRight(
            Effect.sync(() => void detached.push(attachment.container)),
            network.detach(attachment)
          )
      }),
      Context.add(Stage, { lose: (id) => void lost.add(id), detached })
    )
  })
)

/** A directory of the test's own, gone with the scope. */
export const scratch = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "gantry-engine-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const settings = Layer.scoped(
  Settings,
  Effect.map(scratch, (path) => ({
    root: join(path, "root"),
    run: join(path, "run"),
    jobs: 2,
    instance: "test",
    self: ["gantry"]
  }))
)

/** A whole engine without a kernel: everything in memory but volumes and the index, which are in a directory of the test. */
export const world = Layer.mergeAll(Images.layer, LayerSources.layer, Containers.layer, Volumes.layer).pipe(
  Layer.provideMerge(Layer.provideMerge(watched, Memory.layer())),
  Layer.provideMerge(Layer.merge(settings, Database.layer(":memory:")))
)

const owned = { uid: 0, gid: 0, mtimeNs: 0n }

/** A file of a tree. */
export const file = (path: string, text = "", more: Partial<TreeEntry> = {}): TreeChange => {
  const bytes = new TextEncoder().encode(text)
  return {
    ...owned,
    mode: 0o644,
    ...more,
    type: "file",
    path,
    size: bytes.length,
    content: { from: "bytes", bytes }
  } as TreeChange
}

/** A directory of a tree. */
export const directory = (
  path: string,
  more: { readonly mode?: number; readonly uid?: number; readonly gid?: number } = {}
): TreeChange => ({
  ...owned,
  mode: 0o755,
  ...more,
  type: "directory",
  path
})

/** A symbolic link of a tree. */
export const symlink = (path: string, target: string): TreeChange => ({
  ...owned,
  mode: 0o777,
  type: "symlink",
  path,
  target
})

/** A layer of these changes, on nothing. */
export const layerOf = (changes: ReadonlyArray<TreeChange>) =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const tree = yield* layers.prepare({ parents: [], keep: false })
    yield* layers.write(tree, changes)
    return Option.getOrThrow(yield* layers.commit(tree)).diffId
  })

/** The config of an image that runs `process`. */
export const configOf = (process: ProcessConfig = {}, diffIds: ReadonlyArray<Digest> = []): ImageConfig => ({
  architecture: "amd64",
  os: "linux",
  config: process,
  rootfs: { type: "layers", diff_ids: diffIds },
  history: []
})

/** An image in the store, with names. */
export const image = (
  names: ReadonlyArray<string>,
  process: ProcessConfig = {},
  changes: ReadonlyArray<TreeChange> = []
) =>
  Effect.gen(function* () {
    const stack = changes.length === 0 ? [] : [yield* layerOf(changes)]
    return yield* commitImage(configOf(process, stack), stack, yield* Effect.forEach(names, parseName))
  })

/** What stands in a tree, one line an entry: `755 0:0 path/`, `644 0:0 path=text`, `path -> target`. */
export const listing = (stack: ReadonlyArray<Digest>) =>
  Effect.map(
    Effect.flatMap(LayerStore, (layers) => layers.walk(stack, "")),
    (entries) => entries.map(spelled)
  )

/** An entry in one line: mode, owner, path and content. */
export const spelled = (entry: TreeEntry): string => {
  const meta = `${entry.mode.toString(8)} ${entry.uid}:${entry.gid} ${entry.path}`
  switch (entry.type) {
    case "directory":
      return `${meta}/`
    case "file":
      return `${meta}=${textOf(entry)}`
    case "symlink":
      return `${entry.path} -> ${entry.target}`
    case "hardlink":
      return `${entry.path} == ${entry.target}`
    default:
      return `${meta} ${entry.type}`
  }
}

const textOf = ({ content }: TreeEntry & { readonly type: "file" }): string => {
  if (content.from === "file") throw new Error(`${content.path} is not held in memory`)
  return Buffer.concat(content.from === "bytes" ? [content.bytes] : [...content.pieces()]).toString()
}
