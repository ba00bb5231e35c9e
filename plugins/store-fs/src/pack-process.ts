import { spawn } from "node:child_process"
import type { Readable } from "node:stream"
import { type CompressionForm, compressorOf } from "@gantry/core/compression/compress"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { idleProcesses, type JobProcess } from "./idle-processes.ts"
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
}

/** Bytes that are handed on at once: a step for each piece of a pipe costs more than the piece. */
const batch = 512 * 1024

const start = (command: ReadonlyArray<string>): Packer => {
  const [program = "", ...args] = command
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe", "pipe"] })
  const { stderr, stdin, stdout } = child
  if (stdin === null || stdout === null || stderr === null) throw new Error(`${program} has no streams`)
  let turn: Turn = { onBytes: undefined, held: [], size: 0, received: 0, written: undefined }
  let wake = (): void => {}
  let failure: Error | undefined
  let complaint = ""
  const stopped = (cause: Error): void => {
    packer.ended = true
    failure ??= cause
    wake()
  }
  // It may end before it has read its order; what it said explains why.
  stdin.on("error", () => {})
  stderr.setEncoding("utf8").on("data", (text: string) => (complaint = (complaint + text).slice(-2000)))
  stdout.on("data", (piece: Uint8Array) => {
    turn.held.push(piece)
    turn.size += piece.length
    turn.received += piece.length
    if (turn.size >= batch) stdout.pause()
    wake()
  })
  let line = ""
  const news = child.stdio[newsFd] as Readable
  news.setEncoding("utf8").on("data", (text: string) => {
    const lines = (line + text).split("\n")
    line = lines.pop() ?? ""
    for (const each of lines) {
      // Written by the packing process.
      const { read, written } = JSON.parse(each) as PackNews
      turn.written = written
      turn.onBytes?.(read)
    }
    wake()
  })
  const closed = new Promise<void>((resolve) => {
    child.on("error", (cause) => {
      stopped(cause)
      resolve()
    })
    child.on("close", (status, signal) => {
      stopped(new Error(complaint.trim() || `the packing process ended with ${signal ?? status}`))
      resolve()
    })
  })
  const packer: Packer = {
    child,
    closed,
    ended: false,
    begin: (order, onBytes) => {
      turn = { onBytes, held: [], size: 0, received: 0, written: undefined }
      stdin.write(`${JSON.stringify(order)}\n`)
    },
    next: async () => {
      for (;;) {
        const whole = turn.received === turn.written
        if (turn.size >= batch || whole) {
          const { held } = turn
          turn.held = []
          turn.size = 0
          stdout.resume()
          return held
        }
        if (failure !== undefined) throw failure
        await new Promise<void>((resolve) => (wake = resolve))
      }
    }
  }
  return packer
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
      let whole = false
      return Effect.acquireRelease(Effect.try({ try: packers.acquire, catch: failed }), (packer, exit) =>
        packers.release(packer, whole && Exit.isSuccess(exit))
      ).pipe(
        Effect.map((packer) => {
          packer.begin({ layers, row: { hasRecipe, hasRoot, opaqueRoot, short }, form }, onBytes)
          const ended = Effect.sync(() => {
            whole = true
          })
          return Stream.fromAsyncIterable(outputOf(packer), failed).pipe(
            Stream.flattenChunks,
            Stream.concat(Stream.drain(Stream.fromEffect(ended)))
          )
        }),
        Stream.unwrapScoped
      )
    }
  }
}
