import type { StorageFailure } from "@gantry/core/store/StoreError"
import { tarPieces } from "@gantry/core/tree/tar-write"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as Stream from "effect/Stream"
import type { OpenedSource } from "./open-source.ts"

/** The archive of files that may change while it is read, which may be more than once. `failed` is what reading them can come to. */
export const archiveOf = (
  entries: ReadonlyArray<TreeEntry>,
  openContent: OpenedSource["openContent"],
  failed: (cause: unknown) => StorageFailure
): Stream.Stream<Uint8Array, StorageFailure> =>
  Stream.suspend(() => Stream.fromAsyncIterable(pieces(entries, openContent), failed))

async function* pieces(
  entries: ReadonlyArray<TreeEntry>,
  openContent: OpenedSource["openContent"]
): AsyncGenerator<Uint8Array, void> {
  yield* tarPieces(entries, openContent, { plain: true })
}
