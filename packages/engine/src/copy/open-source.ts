import {
  type BigIntStats,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  statfsSync,
  statSync
} from "node:fs"
import { posix } from "node:path"
import { entryFrom } from "@gantry/core/tree/disk-entry"
import { joinPath } from "@gantry/core/tree/safe-path"
import type { OpenLive } from "@gantry/core/tree/tar-write"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import {
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  RESOLVE_BENEATH,
  RESOLVE_NO_SYMLINKS
} from "@gantry/linux/constants"
import { placeOf, reopened } from "@gantry/linux/reopened"
import { failedWith } from "@gantry/linux/SyscallError"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { readXattrs } from "@gantry/linux/xattr"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type CopiedThing, meansDirectory, nameCopied } from "./copy-plan.ts"
import type { FileRoot } from "./FileRoot.ts"

/** A file or a directory that is going to be copied, held open: what its path means later makes no difference. */
export interface OpenedSource extends CopiedThing {
  /**
   * Itself under a name, and all that is in it. Nothing is followed on the way: a directory that has become a link since
   * it was listed is empty. Sockets are left out, and so is what the kernel tells in directories below: a running
   * container has no more files for its /proc, as with Docker.
   */
  readonly entries: (name: string) => ReadonlyArray<TreeEntry>
  /** Opens the content of an entry. */
  readonly openContent: OpenLive
}

/**
 * Opens a path of a tree while the scope is open. With `follow` a link in the last place is followed.
 *
 * Dies with the kernel's `SyscallError`: wrap it.
 */
export const openSource = (
  sys: Syscalls,
  root: FileRoot,
  path: string,
  { follow }: { readonly follow: boolean }
): Effect.Effect<OpenedSource, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const fd = yield* held(sys, () => root.open(path, { follow }))
    const stat = statSync(placeOf(fd), { bigint: true })
    const name = nameCopied(path)
    if (stat.isDirectory()) return directorySource(sys, fd, stat, name)
    if (meansDirectory(path)) return yield* Effect.fail(new Error("not a directory"))
    if (!stat.isSymbolicLink()) return fileSource(sys, fd, stat, name)
    const parent = yield* held(sys, () => root.open(posix.dirname(path), { follow: true, flags: O_PATH | O_DIRECTORY }))
    const target = yield* Effect.try({
      try: () => readlinkSync(`${placeOf(parent)}/${posix.basename(path)}`),
      catch: (cause) => cause
    })
    return {
      name,
      isDirectory: false,
      entries: (as) => [{ ...metaOf(stat, as), type: "symlink", target }],
      openContent: () => undefined
    }
  })

const held = (sys: Syscalls, open: () => number): Effect.Effect<number, unknown, Scope.Scope> =>
  Effect.acquireRelease(Effect.try({ try: open, catch: (cause) => cause }), (fd) => Effect.sync(() => sys.close(fd)))

const metaOf = (stat: BigIntStats, path: string) => ({
  path,
  mode: Number(stat.mode) & 0o7777,
  uid: Number(stat.uid),
  gid: Number(stat.gid),
  mtimeNs: stat.mtimeNs
})

const fileSource = (sys: Syscalls, fd: number, stat: BigIntStats, name: string): OpenedSource => ({
  name,
  isDirectory: false,
  entries: (as) => {
    const entry = entryAt(sys, as, placeOf(fd), stat)
    return entry === undefined ? [] : [entry]
  },
  // The very file that was looked at, opened once more to be read.
  openContent: () => openSync(placeOf(fd), constants.O_RDONLY | constants.O_NONBLOCK)
})

/** File systems in which the kernel tells of itself (linux/magic.h): proc, sysfs, both cgroups, devpts and mqueue. */
const ofTheKernel: ReadonlySet<number> = new Set([0x9fa0, 0x62656572, 0x27e0eb, 0x63677270, 0x1cd1, 0x19800202])

/** Inside a directory, through no link at all. */
const inside = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS

const directorySource = (sys: Syscalls, base: number, stat: BigIntStats, name: string): OpenedSource => {
  /** A file below, or undefined when something else is there by now. */
  const open = (path: string, flags: number): number | undefined => {
    try {
      return sys.openat2(base, path, { flags: flags | O_NOFOLLOW | O_CLOEXEC, resolve: inside })
    } catch (error) {
      if (failedWith(error, "ENOENT", "ENOTDIR", "ELOOP", "ENXIO")) return undefined
      throw error
    }
  }

  return {
    name,
    isDirectory: true,
    entries: (as) => {
      const found: Array<TreeEntry> = [{ ...metaOf(stat, as), type: "directory" }]
      /** First names of files that have several. */
      const firsts = new Map<string, string>()
      const pending = ["."]
      for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
        const fd = open(at, O_DIRECTORY)
        if (fd === undefined) continue
        try {
          const isElsewhere = statSync(placeOf(fd), { bigint: true }).dev !== stat.dev
          if (isElsewhere && ofTheKernel.has(statfsSync(placeOf(fd)).type)) continue
          for (const each of readdirSync(placeOf(fd)).toSorted()) {
            const place = `${placeOf(fd)}/${each}`
            const child = lstatSync(place, { bigint: true, throwIfNoEntry: false })
            if (child === undefined) continue
            const path = joinPath(at === "." ? "" : at, each)
            const target = joinPath(as, path)
            const file = `${child.dev}:${child.ino}`
            const first = firsts.get(file)
            if (first !== undefined) {
              found.push({ ...metaOf(child, target), type: "hardlink", target: first })
              continue
            }
            const entry = entryAt(sys, target, place, child)
            if (entry === undefined) continue
            if (child.nlink > 1n && !child.isDirectory()) firsts.set(file, target)
            found.push(entry.type === "file" ? { ...entry, content: { from: "file", path } } : entry)
            if (child.isDirectory()) pending.push(path)
          }
        } finally {
          sys.close(fd)
        }
      }
      return found
    },
    openContent: (path) => {
      const fd = open(path, O_PATH)
      if (fd === undefined) return undefined
      if (statSync(placeOf(fd)).isFile()) return reopened(sys, fd, constants.O_RDONLY | constants.O_NONBLOCK)
      sys.close(fd)
      return undefined
    }
  }
}

/** An entry with the one attribute that decides how a file works: what else there is belongs to the machine it lies on. */
const entryAt = (sys: Syscalls, path: string, place: string, stat: BigIntStats): TreeEntry | undefined => {
  const rights = stat.isFile() ? readXattrs(sys, place).filter(({ name }) => name === "security.capability") : []
  try {
    return entryFrom(
      path,
      place,
      stat,
      rights.length === 0 ? undefined : new Map(rights.map(({ name, value }) => [name, value]))
    )
  } catch (cause) {
    // A link that has become something else meanwhile.
    if (cause instanceof Error && "code" in cause && (cause.code === "EINVAL" || cause.code === "ENOENT"))
      return undefined
    throw cause
  }
}
