import * as Either from "effect/Either"
import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import { type Turns, turnSize } from "@gantry/core/turns"
import type { ContextProblem } from "../context/ContextProblem.ts"
import { type ContextEntry, detailOf } from "../context/ContextTree.ts"
import type { DigestSoon } from "../context/content-digest.ts"
import type { Match } from "../context/select.ts"
import { spell } from "./canonical.ts"
import { modeChange } from "./chmod.ts"

/** The files of a COPY, each with what the copy depends on. */
export interface FileList {
  /** Digest of the whole list: what the key is made of. */
  readonly digest: Digest
  /** The same for people, by the paths in the context. */
  readonly paths: ReadonlyArray<ListedFile>
}

/** One line of a list. */
export interface ListedFile {
  readonly path: string
  readonly type: ContextEntry["type"]
  readonly mode: number
  /** Digest of the bytes, target of the symlink, numbers of the device, or empty. */
  readonly content: string
}

/** Reads the digest of one file. */
export type FileDigest = (entry: ContextEntry) => DigestSoon

/** What opening a file takes, in bytes that could be read instead. */
const opening = 16 * 1024

/**
 * Lists what was selected, each file with its type, mode and content, and where it goes below the destination; never
 * its times, and not its owner, because copies belong to 0:0 or to whom `--chown` names.
 *
 * With `chmod` the modes are those of the copies: what it takes away or sets has no part in the digest.
 */
export function* listFiles(
  matches: ReadonlyArray<Match>,
  chmod: string,
  fileDigest: FileDigest
): Turns<Either.Either<FileList, ContextProblem>> {
  const change = chmod === "" ? undefined : modeChange(chmod)
  const paths: Array<ListedFile> = []
  const spelled = new Map<string, string>()
  let text = ""
  let since = 0
  for (const { entry: found, keepsPath, selected } of matches) {
    // Whether a file or a directory was named decides where the copy goes.
    text += `${keepsPath === true ? "p" : found.type === "dir" ? "d" : "f"}l`
    for (const { as, entry } of selected) {
      const { path, type } = entry
      let content = detailOf(entry)
      if (type === "file") {
        since += opening + entry.size
        if (since >= turnSize) {
          since = 0
          yield
        }
        const soon = fileDigest(entry)
        const digest = Either.isEither(soon) ? soon : yield* soon
        if (Either.isLeft(digest)) return Either.left(digest.left)
        content = digest.right
      }
      // The mode of a symlink means nothing, and differs between file systems.
      const mode = type === "symlink" ? 0o777 : (change?.(entry.mode, type === "dir") ?? entry.mode)
      // Few kinds for many files: spelling them once halves the time of a large context.
      const name = `${type}${mode}`
      let kind = spelled.get(name)
      if (kind === undefined) spelled.set(name, (kind = spell(type) + spell(mode)))
      text += spell(as) + kind + (type === "file" ? `${content.length}:${content}` : spell(content))
      paths.push({ path, type, mode, content })
    }
    text += "e"
  }
  return Either.right({ digest: ofBytes(text), paths })
}
