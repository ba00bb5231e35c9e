import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { compressionOf } from "@gantry/core/compression/Compression"
import { textLimit } from "@gantry/core/read-text"
import { Settings } from "@gantry/core/Settings"
import { isTar } from "@gantry/core/tree/is-tar"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { programFor, unpackedArchive } from "../images/unpacked-archive.ts"
import { ContextUnavailable } from "./ContextSource.ts"
import { scopedFolder } from "./scoped-folder.ts"
import { unpackContext } from "./unpack-context.ts"

/** What bytes turned out to be. */
export type BytesContext =
  /** An archive, which is now a directory of this machine. */
  | { readonly is: "tree"; readonly path: string }
  /** A Dockerfile without any files. */
  | { readonly is: "dockerfile"; readonly text: string }

/** Bytes that tell an archive from a Dockerfile. */
const headSize = 512

/** Most bytes of an archive, uncompressed, unless the settings say otherwise: 64 GiB. */
const usualLimit = 64 * 1024 ** 3

/** Most entries of an archive. */
const mostEntries = 4_000_000

/**
 * Reads what `-` and addresses mean: an archive, plain or compressed, or else a Dockerfile. Which it is, the first
 * bytes say, and not a name. The files of an archive are there as long as the scope is open.
 */
export const readBytes = (
  called: string,
  bytes: AsyncIterable<Uint8Array>
): Effect.Effect<BytesContext, ContextUnavailable | StorageFailure, Settings | Scope.Scope> =>
  Effect.gen(function* () {
    const { layerLimit = usualLimit } = yield* Settings
    const failed = (cause: unknown) =>
      cause instanceof ContextUnavailable
        ? cause
        : new ContextUnavailable({
            context: called,
            why: cause instanceof Error ? cause.message : String(cause),
            cause
          })
    // Whoever waits on a pipe can be interrupted.
    const begun = yield* Effect.tryPromise({ try: () => begin(bytes), catch: failed })
    const { head, rest } = begun
    if (head.length === 0) {
      return yield* new ContextUnavailable({
        context: called,
        why: "it is empty, and neither an archive nor a Dockerfile"
      })
    }
    const packed = compressionOf(head) !== "none" || programFor(head) !== undefined
    if (!packed && !isTar(head)) {
      const text = yield* Effect.tryPromise({ try: () => readText(rest), catch: failed })
      return { is: "dockerfile", text }
    }
    const folder = yield* scopedFolder
    const path = join(folder, "tree")
    yield* Effect.try({ try: () => mkdirSync(path, { mode: 0o755 }), catch: failed })
    yield* Effect.tryPromise({
      try: (signal) =>
        unpackContext(path, until(signal, unpackedArchive(rest)), { bytes: layerLimit, entries: mostEntries }),
      catch: failed
    })
    return { is: "tree", path }
  })

/** Ends the reading when nobody wants it any more. */
async function* until(signal: AbortSignal, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  for await (const piece of bytes) {
    if (signal.aborted) throw new Error("it was interrupted")
    yield piece
  }
}

/** Reads enough to tell what it is; `rest` begins with it. */
const begin = async (
  bytes: AsyncIterable<Uint8Array>
): Promise<{ readonly head: Uint8Array; readonly rest: AsyncIterable<Uint8Array> }> => {
  const iterator = bytes[Symbol.asyncIterator]()
  const pieces: Array<Uint8Array> = []
  let length = 0
  let ended = false
  while (length < headSize) {
    const { done, value } = await iterator.next()
    if (done === true) {
      ended = true
      break
    }
    pieces.push(value)
    length += value.length
  }
  async function* rest(): AsyncGenerator<Uint8Array, void> {
    yield* pieces
    // Not every source answers when it is asked again after its end.
    if (!ended) yield* { [Symbol.asyncIterator]: () => iterator }
  }
  return { head: Buffer.concat(pieces).subarray(0, headSize), rest: rest() }
}

const readText = async (bytes: AsyncIterable<Uint8Array>): Promise<string> => {
  const pieces: Array<Uint8Array> = []
  let length = 0
  for await (const piece of bytes) {
    length += piece.length
    if (length > textLimit)
      throw new Error(`it is no archive, and longer than a Dockerfile can be (${textLimit} bytes)`)
    pieces.push(piece)
  }
  const whole = Buffer.concat(pieces)
  if (whole.includes(0)) throw new Error("it is neither an archive nor the text of a Dockerfile")
  return whole.toString("utf8")
}
