import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { type CapabilityOf, type DigestMemo, fileDigest } from "../context/content-digest.ts"
import type { ContextProblem } from "../context/ContextProblem.ts"
import { absolutePath, type ContextEntry, type ContextTree } from "../context/ContextTree.ts"
import { type Match, select, type SelectOptions } from "../context/select.ts"
import type { FileDigest } from "../key/file-list.ts"
import type { SourceUnavailable } from "./Sources.ts"

/** Files of one place that a copy takes. */
export interface ContextPart {
  readonly context: BuildContext
  /** One for a path, any number for a pattern, in the order of the sources. */
  readonly matches: ReadonlyArray<Match>
  /** Archives among the files are unpacked. */
  readonly unpack: boolean
}

/** What a COPY or ADD takes from contexts and from addresses, in the order of the sources. */
export interface ContextSelection {
  readonly parts: ReadonlyArray<ContextPart>
}

/** A part that still has to be brought here. */
export interface AwaitedPart {
  readonly open: Effect.Effect<ContextPart, SourceUnavailable>
}

/** The directory sent to a build, as far as the solver needs it. Everything may read the disk, and does so at once. */
export interface BuildContext {
  readonly select: (source: string, options: SelectOptions) => Either.Either<ReadonlyArray<Match>, ContextProblem>
  /** Digest of a file's bytes, and of its capabilities if it has any; long files are read in turns. */
  readonly fileDigest: FileDigest
  /** Whether an entry is still what it was when it was listed. A layer made from one that is not must not be recorded. */
  readonly unchanged: (entry: ContextEntry) => boolean
  /** Capabilities of a file on this machine, where contexts are asked for them. */
  readonly capabilityOf?: CapabilityOf
  /** Where an entry is on this machine. */
  readonly place: (entry: ContextEntry) => Either.Either<string, ContextProblem>
}

/** The context of a directory on this machine. */
export const ofTree = (tree: ContextTree, memo?: DigestMemo, capabilityOf?: CapabilityOf): BuildContext => ({
  ...(capabilityOf === undefined ? {} : { capabilityOf }),
  select: (source, options) => select(tree, source, options),
  fileDigest: (entry) => fileDigest(tree, entry, memo, capabilityOf),
  place: (entry) => absolutePath(tree, entry.path),
  unchanged: (entry) => {
    const now = Either.getOrElse(tree.stat(entry.path), () => undefined)
    return (
      now !== undefined &&
      now.type === entry.type &&
      now.ino === entry.ino &&
      now.dev === entry.dev &&
      // A directory's times change when an ignored file is written in it; its own mode is what is copied.
      (now.type === "dir" ? now.mode === entry.mode : now.ctimeNs === entry.ctimeNs && now.size === entry.size)
    )
  }
})
