/**
 * The directory the user sends. Nothing is read until a COPY asks, and each directory is read once.
 *
 * Calls are synchronous on purpose: for tens of thousands of small files that is several times faster than promises.
 */
import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from "node:fs"
import { majorOf, minorOf } from "@gantry/core/tree/disk-entry"
import * as Either from "effect/Either"
import type { ContextProblem } from "./ContextProblem.ts"
import { type FileModes, ownModes } from "./file-modes.ts"
import { type IgnoreRules, isIgnoring, matchOf, nothingIgnored } from "./ignore-file.ts"

/** One thing in the context. */
export interface ContextEntry {
  /** Relative to the root, with forward slashes; empty for the root itself. */
  readonly path: string
  /** Sockets, which no layer can hold, are found by their path and never listed. */
  readonly type: "file" | "dir" | "symlink" | "fifo" | "char" | "block" | "socket"
  /** Permission bits, set-id and sticky bits included. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Bytes. */
  readonly size: number
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
  readonly dev: bigint
  readonly ino: bigint
  /** Of symlinks only, as stored. */
  readonly linkTarget?: string
  /** Of devices only. */
  readonly device?: { readonly major: number; readonly minor: number }
}

/** A context that is open for reading. */
export interface ContextTree {
  readonly root: string
  readonly ignore: IgnoreRules
  /** What is in a directory, ignored or not, sorted by name (code units). The argument is a path in the context. */
  readonly list: (directory: string) => Either.Either<ReadonlyArray<ContextEntry>, ContextProblem>
  /** The thing at a path, without following a symlink at its end; none if there is nothing. */
  readonly stat: (path: string) => Either.Either<ContextEntry | undefined, ContextProblem>
}

/** How a directory is looked at. */
export interface OpenOptions {
  /** Which bits of a file's mode count; all by default. */
  readonly modes?: FileModes
  /** Told of each socket that is passed over where files are listed and the ignore file leaves it in; must not throw. */
  readonly onSocket?: (path: string) => void
}

/** Opens the directory `root`. Reads nothing. */
export const open = (
  root: string,
  ignore: IgnoreRules = nothingIgnored,
  { modes = ownModes, onSocket = () => {} }: OpenOptions = {}
): ContextTree => {
  const listings = new Map<string, ReadonlyArray<ContextEntry>>()
  return {
    root,
    ignore,
    list: (directory) =>
      reading(directory, () => {
        const known = listings.get(directory)
        if (known !== undefined) return known
        const names = readdirSync(hostPath(root, directory)).toSorted()
        const prefix = directory === "" ? "" : `${directory}/`
        const entries = names.flatMap((name) => {
          const entry = readEntry(root, prefix + name, modes)
          // A name that is not UTF-8 was read with replacement characters and cannot be found under them. To leave the
          // file out silently would make an image without it, unless the ignore file does.
          const path = prefix + name
          const isIgnored = () => isIgnoring(ignore, matchOf(ignore, path))
          if (entry === undefined && name.includes("\ufffd") && !isIgnored()) throw new NameNotText(path)
          if (entry?.type !== "socket") return entry ?? []
          if (!isIgnored()) onSocket(path)
          return []
        })
        listings.set(directory, entries)
        return entries
      }),
    stat: (path) => reading(path, () => readEntry(root, path, modes))
  }
}

/** The place on this machine of a path that came from the context. Refuses one that could lead out of it. */
export const absolutePath = ({ root }: ContextTree, path: string): Either.Either<string, ContextProblem> =>
  path.startsWith("/") || path.includes("\0") || path.split("/").includes("..")
    ? Either.left({ _tag: "PathEscapes", path })
    : Either.right(hostPath(root, path))

const hostPath = (root: string, path: string) => (path === "" ? root : `${root}/${path}`)

const readEntry = (root: string, path: string, modes: FileModes): ContextEntry | undefined => {
  const place = hostPath(root, path)
  const stat = orNothing(() => lstatSync(place, { bigint: true }))
  if (stat === undefined) return undefined
  const link = stat.isSymbolicLink() ? orNothing(() => readlinkSync(place)) : undefined
  const type = typeOf(stat)
  return {
    path,
    type,
    mode: modes(Number(stat.mode) & 0o7777),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    size: Number(stat.size),
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
    dev: stat.dev,
    ino: stat.ino,
    ...(link === undefined ? {} : { linkTarget: link }),
    ...(type === "char" || type === "block" ? { device: { major: majorOf(stat.rdev), minor: minorOf(stat.rdev) } } : {})
  }
}

const typeOf = (stat: BigIntStats): ContextEntry["type"] => {
  if (stat.isFile()) return "file"
  if (stat.isDirectory()) return "dir"
  if (stat.isSymbolicLink()) return "symlink"
  if (stat.isFIFO()) return "fifo"
  if (stat.isSocket()) return "socket"
  return stat.isBlockDevice() ? "block" : "char"
}

/** What a thing is beyond its type and mode, but for a file's bytes: a link's target, a device's numbers, or nothing. */
export const detailOf = ({ device, linkTarget = "" }: ContextEntry): string =>
  device === undefined ? linkTarget : `${device.major}:${device.minor}`

/** Nothing, where there is nothing (any more). */
export const orNothing = <A>(read: () => A): A | undefined => {
  try {
    return read()
  } catch (cause) {
    if (codeOf(cause) === "ENOENT" || codeOf(cause) === "ENOTDIR") return undefined
    throw cause
  }
}

/** Runs a piece of file reading; what the disk refuses becomes a value. */
export const reading = <A>(path: string, read: () => A): Either.Either<A, ContextProblem> =>
  Either.try({ try: read, catch: (cause) => unreadable(path, cause) })

/** What the disk threw when a path of the context was read. */
export const unreadable = (path: string, cause: unknown): ContextProblem => ({
  _tag: "ContextUnreadable",
  path: cause instanceof NameNotText ? cause.path : path,
  code: codeOf(cause)
})

class NameNotText extends Error {
  readonly code = "EILSEQ"
  readonly path: string
  constructor(path: string) {
    super(path)
    this.path = path
  }
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "EIO"
