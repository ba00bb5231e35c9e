import { type CompressionForm, compressorOf } from "@gantry/core/compression/compress"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { idleProcesses } from "./idle-processes.ts"
import { type JobProcess, startProcess } from "./job-process.ts"
import { newsFd, type PackNews, type PackOrder } from "./pack/order.ts"
import { archivePieces, type PackedRow } from "./pack-layer.ts"
import type { Places } from "./places.ts"

/** The layer that a packing process is at, and what of it nobody has taken yet. */
interface Turn {
  readonly onBytes: ((bytes: number) => void) | undefined
  held: Array<Uint8Array>
  size: number
  received: number
  /** All of it, once that is known. */
  written: number | undefined
}

/** A packing process. */
interface Packer extends JobProcess {
  /** The next of its compressed archive: many pieces, none at the end. Rejects when it ends before that. */
  readonly next: () => Promise<ReadonlyArray<Uint8Array>>
  readonly begin: (order: PackOrder, onBytes: ((bytes: number) => void) | undefined) => void
  /** Whether all of its last order was taken. */
  readonly isDone: () => boolean
}

/** Bytes that are handed on at once: a step for each piece of a pipe costs more than the piece. */
const batch = 512 * 1024

const start = (command: ReadonlyArray<string>): Packer => {
  const packer = startProcess(
    command,
    newsFd + 1,
    (ending, complaint) => complaint || `the packing process ended with ${ending}`
  )
  const { more, stdin, stdout, tell } = packer
  let turn: Turn = { onBytes: undefined, held: [], size: 0, received: 0, written: undefined }
  const isWhole = () => turn.received === turn.written
  stdout.on("data", (piece: Uint8Array) => {
    turn.held.push(piece)
    turn.size += piece.length
    turn.received += piece.length
    if (turn.size >= batch) stdout.pause()
    tell()
  })
  let line = ""
  more[0]?.setEncoding("utf8").on("data", (text: string) => {
    const lines = (line + text).split("\n")
    line = lines.pop() ?? ""
    for (const each of lines) {
      // Written by the packing process.
      const { read, written } = JSON.parse(each) as PackNews
      turn.written = written
      turn.onBytes?.(read)
    }
    tell()
  })
  return {
    ...packer,
    begin: (order, onBytes) => {
      turn = { onBytes, held: [], size: 0, received: 0, written: undefined }
      stdin.write(`${JSON.stringify(order)}\n`)
    },
    next: async () => {
      while (turn.size < batch && !isWhole()) await packer.news()
      const { held } = turn
      turn.held = []
      turn.size = 0
      stdout.resume()
      return held
    },
    isDone: () => isWhole() && turn.held.length === 0
  }
}

async function* outputOf(packer: Packer): AsyncGenerator<Chunk.Chunk<Uint8Array>, void> {
  for (let pieces = await packer.next(); pieces.length > 0; pieces = await packer.next()) {
    yield Chunk.unsafeFromArray(pieces)
  }
}

/** The compressed archive of a short layer, made in one go. See `LayerStore.packCompressed`. */
export const packHere = (
  places: Pick<Places, "layers">,
  row: PackedRow & { readonly diffId: string },
  form: CompressionForm,
  onBytes: ((bytes: number) => void) | undefined
): Stream.Stream<Uint8Array, StorageFailure> =>
  Stream.fromEffect(
    Effect.tryPromise({
      try: async () => {
        const compressor = compressorOf(form)
        const out: Array<Uint8Array> = []
        let size = 0
        for await (const piece of archivePieces(places, row)) {
          out.push(...compressor.push(piece))
          size += piece.length
          onBytes?.(size)
        }
        return Buffer.concat([...out, ...compressor.finish()])
      },
      catch: storageFailure("read", row.diffId)
    })
  )

/** Packs layers in processes of their own. */
export interface PackProcesses {
  /** The compressed archive of a layer, made while it is read. See `LayerStore.packCompressed`. */
  readonly pack: (
    places: Pick<Places, "layers">,
    row: PackedRow & { readonly diffId: string },
    form: CompressionForm,
    onBytes: ((bytes: number) => void) | undefined
  ) => Stream.Stream<Uint8Array, StorageFailure>
}

/** A process whose layer was read to its end packs the next one. `command`: how a process is started. */
export const packProcesses = (command: ReadonlyArray<string>): PackProcesses => {
  const packers = idleProcesses(() => start(command))
  return {
    pack: ({ layers }, { diffId, hasRecipe, hasRoot, opaqueRoot, short }, form, onBytes) => {
      const failed = storageFailure("read", diffId)
      return Effect.acquireRelease(Effect.try({ try: packers.acquire, catch: failed }), (packer) =>
        packers.release(packer, packer.isDone())
      ).pipe(
        Effect.map((packer) => {
          packer.begin({ layers, row: { hasRecipe, hasRoot, opaqueRoot, short }, form }, onBytes)
          return Stream.flattenChunks(Stream.fromAsyncIterable(outputOf(packer), failed))
        }),
        Stream.unwrapScoped
      )
    }
  }
}
