import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import { loadSyscallsSync } from "@gantry/linux/load"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { archiveOf } from "./archive-of.ts"
import { containedRoot } from "./FileRoot.ts"
import { openSource } from "./open-source.ts"
import { openHostDirectory } from "./put-files.ts"

/** What is in a directory of the host, and its archive. */
export interface DirectoryArchive {
  /** The directory itself first. Contents are paths below it. */
  readonly entries: ReadonlyArray<TreeEntry>
  /** With owners, modes and times. */
  readonly archive: Stream.Stream<Uint8Array, StorageFailure>
}

/** A directory of the host that is held open while the scope is. `called`: what messages call it. */
export const heldDirectory = (path: string, called: string): Effect.Effect<number, StorageFailure, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({ try: () => openHostDirectory(path), catch: storageFailure("read", called) }),
    (fd) => Effect.sync(() => loadSyscallsSync().close(fd))
  )

/**
 * What is in a directory as an archive, which can be read while the scope is open. Others may be at work in it: no bytes
 * from outside of it get into the archive.
 */
export const archiveOfDirectory = (
  path: string,
  called: string
): Effect.Effect<DirectoryArchive, StorageFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const sys = loadSyscallsSync()
    const failed = storageFailure("read", called)
    const root = containedRoot(sys, yield* heldDirectory(path, called))
    const source = yield* Effect.mapError(openSource(sys, root, "/.", { follow: true }), failed)
    const entries = yield* Effect.try({ try: () => source.entries(""), catch: failed })
    return { entries, archive: archiveOf(entries, source.openContent, failed) }
  })
