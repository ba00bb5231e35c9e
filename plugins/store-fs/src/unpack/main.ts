import { createHash } from "node:crypto"
import { mkdirSync, readSync } from "node:fs"
import { join } from "node:path"
import { makeTarReader, type TarProblem } from "@gantry/core/tree/tar-read"
import { POLLIN } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { type LayerUnpacker, layerUnpacker } from "./LayerUnpacker.ts"
import type { Outcome } from "./Outcome.ts"
import { recipeWriter } from "./RecipeWriter.ts"
import { PastLimit, Refused } from "./Refused.ts"
import { writeAll } from "../write-all.ts"

/** Most entries of one archive: ten times what the largest images have in all their layers. */
const entryLimit = 10_000_000

const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && "code" in cause ? String(cause.code) : undefined

/**
 * The unpacking process: `gantry __unpack layer|folder <directory> <limit>` reads an uncompressed archive of at most
 * `limit` bytes from its standard input and says what came of it (see Outcome).
 *
 * `layer`: writes `<directory>/diff` in overlayfs' form, and `<directory>/recipe`. `folder`: applies the layer to
 * `<directory>` itself. That directory becomes the root of the process before the first byte is read.
 *
 * All of it is synchronous, on one thread: only the calling thread has the new root.
 */
export const main = (args: ReadonlyArray<string>): void =>
  writeAll(1, Buffer.from(`${JSON.stringify(outcomeOf(args))}\n`))

const outcomeOf = ([form, directory, limit]: ReadonlyArray<string>): Outcome => {
  let unpacker: LayerUnpacker | undefined
  try {
    if (directory === undefined || !/^\d+$/.test(limit ?? "")) throw new Error("no directory and limit were given")
    const kernel = loadSyscallsSync()
    unpacker = form === "folder" ? inFolder(kernel, directory) : asLayer(kernel, directory)
    return unpackAll(kernel, unpacker, Number(limit))
  } catch (cause) {
    if (cause instanceof PastLimit) return { type: "too-large", unit: cause.unit, limit: cause.limit }
    const why = cause instanceof Error ? cause.message : String(cause)
    return { type: "failed", code: codeOf(cause) ?? "EIO", path: unpacker?.at() ?? "", why }
  }
}

const enter = (kernel: Syscalls, directory: string): void => {
  kernel.umask(0)
  kernel.chroot(directory)
  kernel.chdir("/")
}

const inFolder = (kernel: Syscalls, directory: string): LayerUnpacker => {
  enter(kernel, directory)
  return layerUnpacker(kernel, { root: "", entryLimit })
}

const asLayer = (kernel: Syscalls, directory: string): LayerUnpacker => {
  const recipeHome = join(directory, "recipe")
  mkdirSync(recipeHome, { mode: 0o700 })
  const recipe = recipeWriter(recipeHome)
  mkdirSync(join(directory, "diff"))
  enter(kernel, join(directory, "diff"))
  const unpacker = layerUnpacker(kernel, { root: "", recipe, entryLimit })
  return {
    ...unpacker,
    finish: () => {
      unpacker.finish()
      recipe.finish()
    }
  }
}

const unpackAll = (kernel: Syscalls, unpacker: LayerUnpacker, limit: number): Outcome => {
  const reader = makeTarReader(unpacker)
  const hash = createHash("sha256")
  let size = 0
  let problem: TarProblem | undefined
  let refused: Refused | undefined
  for (const piece of incoming(kernel)) {
    hash.update(piece)
    size += piece.length
    if (size > limit) throw new PastLimit("bytes", limit)
    // The rest is only hashed: whether the bytes are the right ones decides what is to blame.
    if (problem !== undefined || refused !== undefined) continue
    try {
      problem = reader.push(piece)
    } catch (cause) {
      if (!(cause instanceof Refused)) throw cause
      refused = cause
    }
  }
  const diffId = `sha256:${hash.digest("hex")}`
  if (refused !== undefined) return { type: "unsafe", diffId, size, path: refused.path, why: refused.message }
  problem ??= reader.finish()
  if (problem !== undefined) return { type: "malformed", diffId, size, why: problem.why, at: problem.offset }
  unpacker.finish()
  return {
    type: "done",
    diffId,
    size,
    entries: unpacker.entries(),
    hasXattrs: unpacker.hasXattrs(),
    hasRoot: unpacker.hasRoot(),
    opaqueRoot: unpacker.opaqueRoot()
  }
}

/** What comes on standard input. Every piece lies in the same memory. */
function* incoming(kernel: Syscalls): Generator<Buffer, void> {
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024)
  for (;;) {
    let count: number
    try {
      count = readSync(0, buffer, 0, buffer.length, null)
    } catch (cause) {
      if (codeOf(cause) === "EOF") return
      if (codeOf(cause) !== "EAGAIN") throw cause
      kernel.poll([{ fd: 0, events: POLLIN }], null)
      continue
    }
    if (count === 0) return
    yield buffer.subarray(0, count)
  }
}
