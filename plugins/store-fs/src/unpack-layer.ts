import { type ChildProcess, spawn } from "node:child_process"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Digest, digest } from "@gantry/core/image/Digest"
import type { DatabaseShape } from "@gantry/core/state/Database"
import type { LayerStoreShape } from "@gantry/core/store/LayerStore"
import { BlobCorrupt, StorageFailure, storageFailure, reasonOf, UnsafePath } from "@gantry/core/store/StoreError"
import { findLayer } from "./layer-rows.ts"
import { ownName } from "./owner.ts"
import { placeLayer } from "./place-layer.ts"
import type { Places } from "./places.ts"
import type { Outcome } from "./unpack/Outcome.ts"

/** What unpacking needs from the store. */
export interface UnpackNeeds {
  readonly db: DatabaseShape
  readonly places: Places
  /** Program and arguments that start gantry. */
  readonly self: ReadonlyArray<string>
  readonly removeAll: (paths: ReadonlyArray<string>) => Effect.Effect<void, StorageFailure>
}

/** The unpacking process, and what it has said so far. */
interface Worker {
  readonly child: ChildProcess
  /** All of its output, once it has ended. */
  readonly said: Promise<string>
  ended: boolean
}

const start = (self: ReadonlyArray<string>, directory: string): Worker => {
  const [program = "", ...args] = self
  const child = spawn(program, [...args, "__unpack", directory], { stdio: ["pipe", "pipe", "pipe"] })
  let out = ""
  let complaint = ""
  // It may end before it has read all; what it said explains why.
  child.stdin.on("error", () => {})
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint = (complaint + text).slice(-2000)))
  const said = new Promise<string>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (status, signal) => {
      worker.ended = true
      if (out.endsWith("\n")) resolve(out)
      else reject(new Error(`the unpacking process ended with ${signal ?? status}: ${complaint.trim()}`))
    })
  })
  said.catch(() => {})
  const worker: Worker = { child, said, ended: false }
  return worker
}

/** Hands over one piece; resumes when there is room for the next. */
const feed = ({ child }: Worker, piece: Uint8Array): Effect.Effect<void> =>
  Effect.async((resume) => {
    const { stdin } = child
    if (stdin === null || stdin.destroyed || !stdin.writable || stdin.write(piece)) return resume(Effect.void)
    const go = (): void => {
      stdin.off("drain", go)
      stdin.off("close", go)
      resume(Effect.void)
    }
    stdin.on("drain", go)
    stdin.on("close", go)
    return Effect.sync(() => {
      stdin.off("drain", go)
      stdin.off("close", go)
    })
  })

const stop = (worker: Worker): Effect.Effect<void> =>
  Effect.promise(async () => {
    if (!worker.ended) worker.child.kill("SIGKILL")
    await worker.said.catch(() => {})
  })

/** Unpacks in a process of its own, so that nothing an archive says can reach beyond its directory. See `LayerStore.unpack`. */
export const unpackLayer =
  ({ db, places, removeAll, self }: UnpackNeeds): LayerStoreShape["unpack"] =>
  (diffId, archive) =>
    Effect.gen(function* () {
      const there = yield* db.read("layers", (tx) => findLayer(tx, diffId))
      if (there !== undefined) return { diffId, size: there.size, entries: there.entries }
      return yield* Effect.acquireUseRelease(
        Effect.try({
          try: () => {
            const directory = join(places.ingest, `${ownName()}-unpack`)
            mkdirSync(directory, { mode: 0o700 })
            return directory
          },
          catch: storageFailure("prepare", diffId)
        }),
        (directory) =>
          Effect.gen(function* () {
            const outcome = yield* Effect.acquireUseRelease(
              Effect.try({ try: () => start(self, directory), catch: storageFailure("prepare", diffId) }),
              (worker) =>
                Effect.gen(function* () {
                  yield* Stream.runForEach(archive, (piece) => feed(worker, piece))
                  worker.child.stdin?.end()
                  return yield* Effect.tryPromise({
                    try: async () => JSON.parse(await worker.said) as Outcome,
                    catch: storageFailure("prepare", diffId)
                  })
                }),
              stop
            )
            const { entries, hasRoot, hasXattrs, size } = yield* judge(diffId, outcome)
            const made = { diff: join(directory, "diff"), recipe: join(directory, "recipe") }
            const away = yield* db.write(`the layer ${diffId}`, (tx) =>
              placeLayer(tx, places, made, { diffId, size, entries, hasXattrs, hasRoot })
            )
            yield* removeAll(away)
            return { diffId, size, entries }
          }),
        (directory) => Effect.ignoreLogged(removeAll([directory]))
      )
    })

/** A layer only if the bytes were the ones that were promised. */
const judge = (
  expected: Digest,
  outcome: Outcome
): Effect.Effect<Extract<Outcome, { type: "done" }>, BlobCorrupt | UnsafePath | StorageFailure> => {
  if (outcome.type === "failed") {
    const cause = new Error(outcome.why)
    return Effect.fail(
      new StorageFailure({ operation: "prepare", subject: expected, reason: reasonOf(outcome.code), cause })
    )
  }
  const actual = digest(outcome.diffId)
  if (actual !== expected) return Effect.fail(new BlobCorrupt({ expected, actual, size: outcome.size }))
  switch (outcome.type) {
    case "done":
      return Effect.succeed(outcome)
    case "unsafe":
      return Effect.fail(new UnsafePath({ path: outcome.path, why: outcome.why }))
    case "malformed":
      return Effect.fail(storageFailure("prepare", expected)(new Error(outcome.why)))
    default:
      return outcome satisfies never
  }
}
