import { format, type Platform, plainPlatform } from "@gantry/core/image/Platform"
import { LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import {
  type LayerMalformed,
  type LayerMissing,
  type LayerTooLarge,
  type StorageFailure,
  storageFailure,
  type UnsafePath
} from "@gantry/core/store/StoreError"
import { joinPath } from "@gantry/core/tree/safe-path"
import { tarPieces } from "@gantry/core/tree/tar-write"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { ownIds } from "../own-ids.ts"
import type { PlatformSplit } from "./Output.ts"
import type { Produced } from "./Produced.ts"

/** Writes the bytes of an archive to where a user wants them; an archive that fails leaves nothing there. */
export type WriteArchive = <E>(archive: Stream.Stream<Uint8Array, E>) => Effect.Effect<void, E | StorageFailure>

/** How files can fail to leave the store. */
export type ExportError = LayerMalformed | LayerMissing | LayerTooLarge | StorageFailure | UnsafePath

/** What is done to entries on their way out. */
export interface ExportOptions {
  readonly split: PlatformSplit
  /** Seconds since 1970: no time is later than this. */
  readonly epoch?: number
  /** Files belong to whoever exports them, as files that a program writes do. */
  readonly own?: boolean
}

/** The folder of a platform's files: `linux_arm64`, `linux_arm_v7`. */
export const platformFolder = (platform: Platform): string => format(plainPlatform(platform)).replaceAll("/", "_")

/**
 * The merged trees of what was built as the entries of one tree, without its root. With `split` each platform has a
 * folder of its own; else later platforms win where several have a file.
 */
export const exportedEntries = (
  produced: ReadonlyArray<Produced>,
  { epoch, own = false, split }: ExportOptions
): Effect.Effect<ReadonlyArray<TreeEntry>, LayerMissing | StorageFailure, LayerStore | Scope.Scope> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const folders = split === "always" || (split === "auto" && produced.length > 1)
    const mostNs = epoch === undefined ? undefined : BigInt(epoch) * 1_000_000_000n
    const { gid, uid } = ownIds()
    const owner = own ? { uid, gid } : {}
    const dressed = (entry: TreeEntry, into: string): TreeEntry => ({
      ...entry,
      ...owner,
      path: joinPath(into, entry.path),
      ...(entry.type === "hardlink" ? { target: joinPath(into, entry.target) } : {}),
      mtimeNs: mostNs !== undefined && entry.mtimeNs > mostNs ? mostNs : entry.mtimeNs
    })
    const all: Array<TreeEntry> = []
    for (const { platform, stack } of produced) {
      yield* held(stack)
      const into = folders ? platformFolder(platform) : ""
      if (folders) all.push({ type: "directory", path: into, mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n, ...owner })
      for (const entry of yield* layers.walk(stack, "")) all.push(dressed(entry, into))
    }
    return all
  })

/** Keeps layers from being removed while the scope is open. */
const held = (stack: Stack): Effect.Effect<void, LayerMissing | StorageFailure, LayerStore | Scope.Scope> =>
  Effect.flatMap(LayerStore, (layers) =>
    Effect.asVoid(
      Effect.acquireRelease(layers.prepare({ parents: stack, keep: false }), (tree) =>
        Effect.ignoreLogged(layers.discard(tree))
      )
    )
  )

/** The bytes of an archive of these entries: the same entries give the same bytes. */
export const archiveOf = (entries: ReadonlyArray<TreeEntry>): Stream.Stream<Uint8Array, StorageFailure> =>
  Stream.fromAsyncIterable(pieces(entries), storageFailure("read", "the files of the image"))

async function* pieces(entries: ReadonlyArray<TreeEntry>): AsyncGenerator<Uint8Array, void> {
  yield* tarPieces(entries)
}
