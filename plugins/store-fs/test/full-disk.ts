/** Fills a small file system in three ways and prints what came of it. */
import { randomBytes } from "node:crypto"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { ofBytes } from "@gantry/core/image/Digest"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { tarPieces } from "@gantry/core/tree/tar-write"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import { Effect, Stream } from "effect"
import { storeIn } from "./store-in.ts"

const root = process.argv[2] ?? ""
const bytes = randomBytes(4 * 1024 * 1024)
const big: TreeEntry = {
  type: "file",
  path: "big",
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtimeNs: 0n,
  size: bytes.length,
  content: { from: "bytes", bytes }
}

const reasonOf = (failure: unknown): unknown =>
  typeof failure === "object" && failure !== null && "reason" in failure ? failure.reason : String(failure)

const program = Effect.gen(function* () {
  const layers = yield* LayerStore
  const blobs = yield* BlobStore
  const tree = yield* layers.prepare({ parents: [], keep: false })
  const write = reasonOf(yield* Effect.flip(layers.write(tree, [big])))
  yield* layers.discard(tree)
  const archive = Buffer.concat([...tarPieces([big])])
  const unpack = reasonOf(yield* Effect.flip(layers.unpack(ofBytes(archive), Stream.make(archive))))
  const blob = reasonOf(yield* Effect.flip(blobs.write(ofBytes(bytes), Stream.make(bytes))))
  return {
    write,
    unpack,
    blob,
    layers: (yield* layers.list).length,
    blobs: (yield* Stream.runCollect(blobs.list)).length,
    ingest: readdirSync(join(root, "ingest")),
    trees: readdirSync(join(root, "trees"))
  }
})

console.log(JSON.stringify(await Effect.runPromise(Effect.provide(program, storeIn(root)))))
