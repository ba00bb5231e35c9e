import { type ChildProcess, spawn } from "node:child_process"
import type { Readable } from "node:stream"
import { type CompressionForm, compressorOf } from "@gantry/core/compression/compress"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type PackOrder, progressFd } from "./pack/order.ts"
import { archivePieces, type PackedRow } from "./pack-layer.ts"
import type { Places } from "./places.ts"

/** The packing process. */
interface Packer {
  readonly child: ChildProcess
  /** Settles when it has ended: rejects unless all went well. */
  readonly ended: Promise<void>
  hasEnded: boolean
}

const start = (command: ReadonlyArray<string>, onBytes: ((bytes: number) => void) | undefined): Packer => {
  const [program = "", ...args] = command
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe", "pipe"] })
  let complaint = ""
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaint = (complaint + text).slice(-2000)))
  let line = ""
  const progress = child.stdio[progressFd] as Readable
  progress.setEncoding("utf8").on("data", (text: string) => {
    const lines = (line + text).split("\n")
    line = lines.pop() ?? ""
    const last = lines.at(-1)
    if (last !== undefined) onBytes?.(Number(last))
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (status, signal) => {
      packer.hasEnded = true
      if (status === 0) resolve()
      else reject(new Error(complaint.trim() || `the packing process ended with ${signal ?? status}`))
    })
  })
  // Awaited at the end of the output, unless nobody gets there.
  ended.catch(() => {})
  const packer: Packer = { child, ended, hasEnded: false }
  return packer
}

const stop = ({ child, ended, hasEnded }: Packer): Effect.Effect<void> =>
  Effect.promise(async () => {
    if (!hasEnded) child.kill("SIGKILL")
    await ended.catch(() => {})
  })

async function* outputOf({ child, ended }: Packer): AsyncGenerator<Uint8Array, void> {
  for await (const piece of child.stdout ?? []) yield piece as Uint8Array
  await ended
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

/** The compressed archive of a layer, made by a packing process that ends with the stream. See `LayerStore.packCompressed`. */
export const packInProcess = (
  self: ReadonlyArray<string>,
  { layers }: Pick<Places, "layers">,
  { diffId, hasRecipe, hasRoot, opaqueRoot, short }: PackedRow & { readonly diffId: string },
  form: CompressionForm,
  onBytes: ((bytes: number) => void) | undefined
): Stream.Stream<Uint8Array, StorageFailure> => {
  const order: PackOrder = { layers, row: { hasRecipe, hasRoot, opaqueRoot, short }, form }
  const failed = storageFailure("read", diffId)
  return Effect.acquireRelease(
    Effect.try({ try: () => start([...self, "__pack", JSON.stringify(order)], onBytes), catch: failed }),
    stop
  ).pipe(
    Effect.map((packer) => Stream.fromAsyncIterable(outputOf(packer), failed)),
    Stream.unwrapScoped
  )
}
