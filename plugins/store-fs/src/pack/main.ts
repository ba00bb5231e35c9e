import { writeSync } from "node:fs"
import { compressorOf } from "@gantry/core/compression/compress"
import { archivePieces } from "../pack-layer.ts"
import { newsFd, type PackNews, type PackOrder } from "./order.ts"

/** Bytes of the archive between two lines. */
const lineEvery = 1024 * 1024

/**
 * The packing process: `gantry __pack` reads orders from its standard input and writes the compressed archive of each
 * layer to its standard output, and says on another descriptor how far it is (see order.ts). It ends with its input, and
 * after the first order that went wrong: what did stands on standard error then.
 */
export const main = async (): Promise<void> => {
  try {
    for await (const order of orders()) await pack(order)
  } catch (cause) {
    writeWhole(2, Buffer.from(`${cause instanceof Error ? cause.message : String(cause)}\n`))
    process.exitCode = 1
  }
}

async function* orders(): AsyncGenerator<PackOrder, void> {
  let text = ""
  process.stdin.setEncoding("utf8")
  for await (const piece of process.stdin) {
    const lines = (text + String(piece)).split("\n")
    text = lines.pop() ?? ""
    // Written by `packProcesses`.
    for (const line of lines) yield JSON.parse(line) as PackOrder
  }
}

const pack = async ({ form, layers, row }: PackOrder): Promise<void> => {
  const compressor = compressorOf(form)
  let read = 0
  let written = 0
  let told = 0
  const write = (out: Uint8Array): void => {
    writeWhole(1, out)
    written += out.length
  }
  for await (const piece of archivePieces({ layers }, row)) {
    for (const out of compressor.push(piece)) write(out)
    read += piece.length
    if (read - told < lineEvery) continue
    told = read
    tell({ read })
  }
  for (const out of compressor.finish()) write(out)
  tell({ read, written })
}

const tell = (news: PackNews): void => writeWhole(newsFd, Buffer.from(`${JSON.stringify(news)}\n`))

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
