import { bytesDigest, type DigestMemo } from "@gantry/build/context/content-digest"
import { type Canonical, spell } from "@gantry/build/key/canonical"
import type { FromTree, StepFailed } from "@gantry/build/solve/StepExecutor"
import { type Digest, hasher, ofBytes } from "@gantry/core/image/Digest"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import { storageFailure } from "@gantry/core/store/StoreError"
import type { FileContent, TreeEntry } from "@gantry/core/tree/TreeEntry"
import { tryInTurns } from "@gantry/core/turns"
import * as Effect from "effect/Effect"
import { stepFailed } from "./changed.ts"
import { treeSources } from "./tree-sources.ts"

/**
 * The digest of everything that a copy of sources from another tree depends on: which they are and whether they are
 * directories, and of each thing below them its place, type, mode, owner, attributes and bytes or target; never its
 * times. What cannot be had fails as the copy would.
 *
 * `memo` remembers what files of layers hash to, so that a tree that stayed is not read again.
 */
export const treeContent = (from: FromTree, memo?: DigestMemo): Effect.Effect<Digest, StepFailed, LayerStore> =>
  Effect.gen(function* () {
    const sources = yield* treeSources(from)
    const spelled: Array<Canonical> = []
    for (const { entries, kind, name } of sources) {
      const lines = yield* Effect.forEach(entries, (entry) => lineOf(entry, memo))
      spelled.push([name, kind, lines])
    }
    return ofBytes(spell(spelled))
  }).pipe(Effect.mapError(stepFailed))

const lineOf = (entry: TreeEntry, memo: DigestMemo | undefined): Effect.Effect<Canonical, StepFailed> => {
  const { gid, mode, path, type, uid, xattrs } = entry
  const attributes = [...(xattrs ?? [])]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, Buffer.from(value).toString("hex")])
  // The mode of a symlink means nothing, and differs between file systems.
  const known = [path, type, type === "symlink" ? 0o777 : mode, uid, gid, attributes]
  switch (entry.type) {
    case "file":
      return Effect.map(bytesOf(entry.content, memo), (digest) => [...known, digest])
    case "symlink":
    case "hardlink":
      return Effect.succeed([...known, entry.target])
    case "char":
    case "block":
      return Effect.succeed([...known, entry.major, entry.minor])
    case "directory":
    case "fifo":
      return Effect.succeed(known)
  }
}

const bytesOf = (content: FileContent, memo: DigestMemo | undefined): Effect.Effect<Digest, StepFailed> => {
  if (content.from === "bytes") return Effect.succeed(ofBytes(content.bytes))
  return tryInTurns(
    function* () {
      return content.from === "file" ? yield* bytesDigest(content.path, memo) : digestOf(content.pieces())
    },
    (cause) => stepFailed(storageFailure("read", content.from === "file" ? content.path : "a file")(cause))
  )
}

const digestOf = (pieces: Iterable<Uint8Array>): Digest => {
  const hash = hasher()
  for (const piece of pieces) hash.update(piece)
  return hash.digest()
}
