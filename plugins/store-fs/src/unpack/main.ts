import { createHash } from "node:crypto"
import { mkdirSync, readSync } from "node:fs"
import { join } from "node:path"
import { makeTarReader, type TarProblem } from "@gantry/core/tree/tar-read"
import { POLLIN } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import { layerUnpacker, Refused } from "./LayerUnpacker.ts"
import type { Outcome } from "./Outcome.ts"
import { recipeWriter } from "./RecipeWriter.ts"
import { writeAll } from "../write-all.ts"

const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && "code" in cause ? String(cause.code) : undefined

const sayOutcome = (outcome: Outcome): void => writeAll(1, Buffer.from(`${JSON.stringify(outcome)}\n`))

/**
 * The unpacking process: `gantry __unpack <directory>` reads an uncompressed archive from its standard input into
 * `<directory>/diff`, which becomes its root before the first byte is read, writes `<directory>/recipe`, and says what
 * came of it (see Outcome).
 *
 * All of it is synchronous, on one thread: only the calling thread has the new root.
 */
export const main = (args: ReadonlyArray<string>): void => {
  const [directory] = args
  if (directory === undefined) return sayOutcome({ type: "failed", code: "EINVAL", why: "no directory was given" })
  try {
    sayOutcome(unpackInto(directory))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    sayOutcome({ type: "failed", code: codeOf(cause) ?? "EIO", why })
  }
}

const unpackInto = (directory: string): Outcome => {
  const kernel = loadSyscallsSync()
  const recipeHome = join(directory, "recipe")
  mkdirSync(recipeHome, { mode: 0o700 })
  const recipe = recipeWriter(recipeHome)
  mkdirSync(join(directory, "diff"))
  kernel.umask(0)
  kernel.chroot(join(directory, "diff"))
  kernel.chdir("/")
  const unpacker = layerUnpacker(kernel, "", recipe)
  const reader = makeTarReader(unpacker)
  const hash = createHash("sha256")
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024)
  let size = 0
  let problem: TarProblem | undefined
  let refused: Refused | undefined
  for (;;) {
    let count: number
    try {
      count = readSync(0, buffer, 0, buffer.length, null)
    } catch (cause) {
      if (codeOf(cause) === "EOF") break
      if (codeOf(cause) !== "EAGAIN") throw cause
      kernel.poll([{ fd: 0, events: POLLIN }], null)
      continue
    }
    if (count === 0) break
    const piece = buffer.subarray(0, count)
    hash.update(piece)
    size += count
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
  if (problem !== undefined)
    return { type: "malformed", diffId, size, why: `${problem.why} (at byte ${problem.offset})` }
  unpacker.finish()
  recipe.finish()
  return {
    type: "done",
    diffId,
    size,
    entries: unpacker.entries(),
    hasXattrs: unpacker.hasXattrs(),
    hasRoot: unpacker.hasRoot()
  }
}
