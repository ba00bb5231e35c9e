import { createHash } from "node:crypto"
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { makeOnePassable, makePassable } from "@gantry/core/make-passable"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import type { Stack } from "@gantry/core/store/LayerStore"
import { MNT_DETACH } from "@gantry/linux/constants"
import { loadSyscalls } from "@gantry/linux/load"
import { overlayData } from "@gantry/linux/overlay"
import { rootless } from "@gantry/linux/rootless"
import { SyscallError } from "@gantry/linux/SyscallError"
import type { Kernel } from "./kernel.ts"
import { ownName } from "./owner.ts"
import type { Places } from "./places.ts"
import { removeTree } from "./remove-tree.ts"
import { plainRoot, unionView, type UnionView } from "./UnionView.ts"
import { writeMapped } from "./write-mapped.ts"

/*
 * A stack of layers with other owners, for containers of an ordinary user whose root is another number of that user's. The
 * kernel has no way to show such a user files with other owners, so each is there once more, merged: overlayfs takes
 * contents from elsewhere only for what is in the lowest of all directories.
 */

/** Such a stack, as a tree stands on it. */
export interface MappedTree {
  /** Name of its directory below `mapped`. */
  readonly name: string
  /** It only describes files, whose contents are in the layers themselves. */
  readonly described: boolean
}

/** What is wanted with other owners. */
export interface MappedRequest {
  /** Layers, base first. */
  readonly stack: Stack
  /** What they come to, with all that is below them. */
  readonly view: UnionView
  readonly owners: IdMaps
  readonly kernel: Kernel
  readonly breathe: () => Promise<void>
}

/** Name of the file, in the directory of a mapped stack, with the layers that it was made from. */
const stackName = "stack"

/**
 * Sees to it that a stack is there with other owners: made once, and complete as soon as it can be seen. Its layers must
 * not be removed meanwhile.
 */
export const ensureMapped = async (
  places: Places,
  { breathe, kernel, owners, stack, view }: MappedRequest
): Promise<MappedTree> => {
  const described = await describesFiles(places)
  const of = createHash("sha256")
    .update(JSON.stringify([stack, owners, described]))
    .digest("hex")
    .slice(0, 24)
  const target = join(places.mapped, of)
  if (existsSync(target)) return { name: of, described }
  makePassable(places.mapped)
  const draft = join(places.ingest, `${ownName()}-mapped`)
  try {
    makeOnePassable(draft)
    writeFileSync(join(draft, stackName), stack.join(" "))
    await writeMapped({
      root: view.root,
      entries: view.walk(""),
      to: join(draft, "diff"),
      owners,
      kernel,
      breathe,
      ...(described ? { contents: places.layers } : {})
    })
    // What is copied has to be on the disk before its name is: a power failure must not leave empty files.
    if (!described) flush(kernel, draft)
    place(draft, target)
  } finally {
    await removeTree(draft)
  }
  return { name: of, described }
}

/** Another process may have been faster. */
const place = (draft: string, target: string): void => {
  try {
    renameSync(draft, target)
  } catch (cause) {
    if (!existsSync(target)) throw cause
  }
}

const flush = (kernel: Kernel, directory: string): void => {
  const fd = openSync(directory, "r")
  try {
    kernel.syncfs(fd)
  } finally {
    closeSync(fd)
  }
}

/** All stacks that are there with other owners: where, and the layers that each was made from. */
export const mappedTrees = (
  places: Places
): ReadonlyArray<{ readonly path: string; readonly layers: ReadonlyArray<string> }> =>
  existsSync(places.mapped)
    ? readdirSync(places.mapped).map((name) => {
        const path = join(places.mapped, name)
        const file = join(path, stackName)
        return { path, layers: existsSync(file) ? readFileSync(file, "utf8").split(" ") : [] }
      })
    : []

let known: boolean | undefined

/** Whether overlayfs takes the contents of files from elsewhere here: from Linux 6.16 on it does so for ordinary users. */
const describesFiles = async (places: Places): Promise<boolean> => {
  // The mounts of such a user's commands are nobody else's.
  known ??= rootless() !== undefined && (await tryDescribing(places))
  return known
}

const trialText = "contents\n"
const oneId = [{ inside: 0, outside: 0, count: 1 }]

const tryDescribing = async (places: Places): Promise<boolean> => {
  const sys = await loadSyscalls()
  const home = join(places.ingest, `${ownName()}-trial`)
  const [contents, lower, target] = ["contents", "lower", "target"].map((name) => join(home, name)) as [
    string,
    string,
    string
  ]
  try {
    for (const each of [home, contents, target]) mkdirSync(each, { mode: 0o700 })
    writeFileSync(join(contents, "file"), trialText)
    await writeMapped({
      root: plainRoot,
      entries: unionView([{ directory: contents }]).walk(""),
      to: lower,
      contents,
      owners: { uids: oneId, gids: oneId },
      kernel: sys,
      breathe: async () => undefined
    })
    const made = overlayData({ lower: [lower], contents, options: ["userxattr"] })
    if (!made.ok) return false
    sys.mount("overlay", target, "overlay", 0, made.data)
    try {
      return readFileSync(join(target, "file"), "utf8") === trialText
    } finally {
      sys.umount2(target, MNT_DETACH)
    }
  } catch (cause) {
    if (cause instanceof SyscallError || (cause instanceof Error && "code" in cause)) return false
    throw cause
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
