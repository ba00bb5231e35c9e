import { type RemoteKind, remoteKind, withoutPassword } from "@gantry/build/graph/remote-source"
import { isDigest } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import * as Either from "effect/Either"
import { isCommit, parseGitAddress } from "../contexts/git-address.ts"

/** Something from elsewhere that a build is made of: an image, a file of a web server, a git repository. */
export interface RemoteInput {
  readonly kind: "image" | RemoteKind
  /** One spelling for each: the complete name of an image; an address without user and password. */
  readonly source: string
}

/** A remote input, and what it is: the digest of a manifest, index or file, or a commit. The same for every platform. */
export interface LockedInput extends RemoteInput {
  readonly is: string
}

/** What a lock file says, by {@link inputText}. */
export type LockFile = ReadonlyMap<string, LockedInput>

/** A lock file is beside its Dockerfile and called as that, with this at the end. */
export const lockSuffix = ".lock"

/** An input in one line, without what it is. */
export const inputText = ({ kind, source }: RemoteInput): string => `${words[kind]} ${source}`

const words = { image: "image", download: "file", repository: "git" } as const satisfies {
  readonly [kind in RemoteInput["kind"]]: string
}

/** What a lock file says that an input is; undefined when it does not name it, or there is none. */
export const lockedAs = (lock: LockFile, input: RemoteInput | undefined): string | undefined =>
  input === undefined ? undefined : lock.get(inputText(input))?.is

/** What a name of an image stands for in a lock file; undefined when it is no name, or says by a digest what it means. */
export const imageInput = (reference: string): RemoteInput | undefined => {
  if (isDigest(reference)) return undefined
  const ref = Either.getOrUndefined(ImageRef.parse(reference.replace(/^docker:\/\//, "")))
  return ref === undefined || ref.digest !== undefined ? undefined : { kind: "image", source: ImageRef.format(ref) }
}

/** What a source of ADD stands for in a lock file; undefined when it says itself which bytes or commit it means. */
export const sourceInput = (source: string, checksum: string): RemoteInput | undefined => {
  const kind = remoteKind(source)
  if (kind === undefined) return undefined
  if (kind === "download" ? isDigest(checksum) : isCommit(refOf(source))) return undefined
  return { kind, source: withoutPassword(source).replaceAll(/[\s\p{Cc}]/gu, encodeURIComponent) }
}

const refOf = (source: string): string => Either.getOrUndefined(parseGitAddress(source))?.ref ?? ""

/** Reads a lock file: a line for each input, empty lines and comments between them. Fails with a sentence. */
export const parseLock = (text: string): Either.Either<LockFile, string> => {
  const inputs = new Map<string, LockedInput>()
  for (const [at, line] of text.split("\n").entries()) {
    const fields = line.trim().split(/\s+/)
    const [word = "", source = "", is = ""] = fields
    if (word === "" || word.startsWith("#")) continue
    const kind = kinds.find((each) => words[each] === word)
    const right = kind === "repository" ? isCommit(is) : isDigest(is)
    if (kind === undefined || !right || fields.length !== 3) {
      return Either.left(`line ${at + 1} is not KIND SOURCE DIGEST, with image, file or git for KIND`)
    }
    const input = { kind, source, is }
    const key = inputText(input)
    const other = inputs.get(key)
    if (other !== undefined && other.is !== is) return Either.left(`line ${at + 1}: ${key} is there twice`)
    inputs.set(key, input)
  }
  return Either.right(inputs)
}

const kinds = ["image", "download", "repository"] as const satisfies ReadonlyArray<RemoteInput["kind"]>

/** Spells a lock file: a line for each input, sorted by code unit. */
export const lockText = (lock: LockFile): string =>
  `# What this Dockerfile takes from elsewhere. "gantry lock update" writes this file, "gantry build --locked" obeys it.\n${[
    ...lock.values()
  ]
    .map((input) => `${inputText(input)} ${input.is}\n`)
    .toSorted()
    .join("")}`

/** An input that is not what it was. */
export interface LockChange {
  /** See {@link inputText}. */
  readonly input: string
  readonly before?: string
  readonly now?: string
}

/** What differs between two lock files, sorted by code unit. */
export const lockChanges = (before: LockFile, now: LockFile): ReadonlyArray<LockChange> =>
  [...new Set([...before.keys(), ...now.keys()])].toSorted().flatMap((input) => {
    const [was, is] = [before.get(input)?.is, now.get(input)?.is]
    return was === is
      ? []
      : [{ input, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { now: is }) }]
  })
