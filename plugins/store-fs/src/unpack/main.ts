import { createHash } from "node:crypto"
import { closeSync, constants, mkdirSync, openSync } from "node:fs"
import { join } from "node:path"
import { ownerOutside } from "@gantry/core/runtime/IdMaps"
import type { PlaceOptions } from "@gantry/core/store/LayerStore"
import { makeTarReader, type TarProblem } from "@gantry/core/tree/tar-read"
import { rootless } from "@gantry/linux/rootless"
import { loadSyscallsSync } from "@gantry/linux/load"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { fileArchive } from "./file-archive.ts"
import { errorCode } from "../error-code.ts"
import { type Job, type JobInput, jobInput } from "./job.ts"
import { type LayerUnpacker, layerUnpacker } from "./LayerUnpacker.ts"
import type { Ending, Outcome } from "./Outcome.ts"
import { recipeWriter } from "./RecipeWriter.ts"
import { PastLimit, Refused } from "./Refused.ts"
import { writeAll } from "../write-all.ts"

/** Most entries of one archive: ten times what the largest images have in all their layers. */
const entryLimit = 10_000_000

/**
 * The unpacking process: `gantry __unpack` reads jobs from its standard input (see job.ts), each an uncompressed archive
 * or a file that holds one, and where it goes, and says of each what came of it (see Outcome). It ends with its input, and
 * after the first job that did not go well.
 *
 * A layer becomes `<directory>/diff` in overlayfs' form, and `<directory>/recipe`. A folder has the layer applied to
 * itself, or is given the files of an archive that is no layer. That directory is the root of the process from before the first byte of an archive is read until after the last.
 *
 * All of it is synchronous, on one thread: only the calling thread has the new root.
 */
export const main = (): void => {
  const kernel = loadSyscallsSync()
  // Known from here on: with another root there is no /proc to ask.
  rootless()
  const input = jobInput(kernel)
  const host = openSync("/", constants.O_RDONLY | constants.O_DIRECTORY)
  for (let job = input.next(); job !== undefined; job = input.next()) {
    const outcome = outcomeOf(kernel, job, input)
    // Nobody waits for an answer about an archive that was not sent to its end.
    if (input.cut()) return
    if (outcome.type === "done") {
      kernel.fchdir(host)
      kernel.chroot(".")
    }
    writeAll(1, Buffer.from(`${JSON.stringify(outcome)}\n`))
    if (outcome.type !== "done") return
  }
}

const outcomeOf = (kernel: Syscalls, job: Job, input: JobInput): Outcome => {
  if (job.file === undefined) return endingOf(kernel, job, input.archive())
  let fd: number
  try {
    fd = openSync(job.file, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (cause) {
    return { type: "failed", code: errorCode(cause) ?? "EIO", path: "", why: String(cause) }
  }
  try {
    const { file, pieces } = fileArchive(input.fileParts(fd))
    const ending = endingOf(kernel, job, pieces)
    return hasReadAll.has(ending.type) ? { ...ending, file: file() } : ending
  } finally {
    closeSync(fd)
  }
}

/** Endings that come after the last byte. */
const hasReadAll: ReadonlySet<Ending["type"]> = new Set<Ending["type"]>(["done", "unsafe", "malformed"])

const endingOf = (kernel: Syscalls, { directory, form, limit, place }: Job, archive: Iterable<Uint8Array>): Ending => {
  let unpacker: LayerUnpacker | undefined
  try {
    unpacker = form === "layer" ? asLayer(kernel, directory) : inFolder(kernel, directory, place)
    becomeMaker(kernel, place)
    return unpackAll(archive, unpacker, { limit, named: form !== "files" })
  } catch (cause) {
    if (cause instanceof PastLimit) return { type: "too-large", unit: cause.unit, limit: cause.limit }
    const why = cause instanceof Error ? cause.message : String(cause)
    return { type: "failed", code: errorCode(cause) ?? "EIO", path: unpacker?.at() ?? "", why }
  }
}

/**
 * Keeps all rights of the host's root, and makes files as somebody whom the folder's file system knows: where files are
 * seen with other owners the host's root may be nobody. Nothing but this folder is left for this process.
 */
const becomeMaker = (kernel: Syscalls, place: PlaceOptions | undefined): void => {
  if (place?.owners === undefined || rootless() !== undefined) return
  const { gid, uid } = ownerOutside(place.owners, { uid: 0, gid: 0 })
  const rights = kernel.capget()
  kernel.setresgid(0, gid, 0)
  kernel.setresuid(0, uid, 0)
  kernel.capset(rights)
}

const enter = (kernel: Syscalls, directory: string): void => {
  kernel.umask(0)
  kernel.chroot(directory)
  kernel.chdir("/")
}

const inFolder = (kernel: Syscalls, directory: string, place: PlaceOptions | undefined): LayerUnpacker => {
  enter(kernel, directory)
  return layerUnpacker(kernel, { root: "", entryLimit, ...(place === undefined ? {} : { place }) })
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

/** `named`: the digest of the bytes is wanted. What only goes into a folder is not a third slower for it. */
const unpackAll = (
  archive: Iterable<Uint8Array>,
  unpacker: LayerUnpacker,
  { limit, named }: { readonly limit: number; readonly named: boolean }
): Ending => {
  const reader = makeTarReader(unpacker)
  const hash = createHash("sha256")
  let size = 0
  let problem: TarProblem | undefined
  let refused: Refused | undefined
  for (const piece of archive) {
    if (named) hash.update(piece)
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
