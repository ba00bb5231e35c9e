import { writeSync } from "node:fs"
import { compressorOf } from "@gantry/core/compression/compress"
import { archivePieces } from "../pack-layer.ts"
import { type PackOrder, progressFd } from "./order.ts"

/** Bytes of the archive between two lines. */
const lineEvery = 1024 * 1024

/**
 * The packing process: `gantry __pack <order>` writes the compressed archive of a layer to its standard output. It ends
 * with status 0 when all of it is written; what went wrong stands on standard error otherwise.
 */
export const main = async ([order]: ReadonlyArray<string>): Promise<void> => {
  try {
    // Written by `packInProcess`.
    const { form, layers, row } = JSON.parse(order ?? "") as PackOrder
    const compressor = compressorOf(form)
    let size = 0
    let told = 0
    for await (const piece of archivePieces({ layers }, row)) {
      for (const out of compressor.push(piece)) writeWhole(1, out)
      size += piece.length
      if (size - told < lineEvery) continue
      told = size
      writeWhole(progressFd, Buffer.from(`${size}\n`))
    }
    for (const out of compressor.finish()) writeWhole(1, out)
    writeWhole(progressFd, Buffer.from(`${size}\n`))
  } catch (cause) {
    writeWhole(2, Buffer.from(`${cause instanceof Error ? cause.message : String(cause)}\n`))
    process.exitCode = 1
  }
}

const nothing = new Int32Array(new SharedArrayBuffer(4))

/** Milliseconds until a full pipe is tried again. */
const pause = 1

/** Writes all of it. A runtime may have made the pipe one that does not wait. */
const writeWhole = (fd: number, bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at, bytes.length - at)
    } catch (cause) {
      if (!(cause instanceof Error && "code" in cause && cause.code === "EAGAIN")) throw cause
      Atomics.wait(nothing, 0, 0, pause)
    }
  }
}
