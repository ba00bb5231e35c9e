import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs"
import * as Either from "effect/Either"
import { type Digest, hasher, ofBytes } from "@gantry/core/image/Digest"
import { atOnce, type Turns, turnSize } from "@gantry/core/turns"
import type { ContextProblem } from "./ContextProblem.ts"
import { absolutePath, type ContextEntry, type ContextTree, unreadable } from "./ContextTree.ts"

/**
 * A file in one state: device, inode, size, and the times of the last change of its bytes and of its inode. The last one
 * nobody can set at will.
 */
export type FileState = Pick<ContextEntry, "dev" | "ino" | "size" | "mtimeNs" | "ctimeNs">

/** Remembers what files hash to, so that a file that has not changed is not read again. */
export interface DigestMemo {
  readonly get: (state: FileState) => Digest | undefined
  readonly set: (state: FileState, digest: Digest) => void
  /**
   * The present, in nanoseconds since 1970. A file that changed less than two seconds ago is not remembered: it could
   * change again without its times telling.
   */
  readonly nowNs: bigint
}

/** Whether somebody may execute a file: capabilities mean nothing to others, which are not asked for them. */
export const isProgram = ({ mode }: Pick<ContextEntry, "mode">): boolean => (mode & 0o111) !== 0

/** The rights of a program that a file carries beside its bytes (`security.capability`); undefined when it has none. */
export type CapabilityOf = (place: string) => Uint8Array | undefined

/** The digest of a file: at once when it is known or the file is short, in turns when it is long. */
export type DigestSoon = Either.Either<Digest, ContextProblem> | Turns<Either.Either<Digest, ContextProblem>>

/** The digest of one file's bytes, and of its capabilities if it has any. */
export const fileDigest = (
  tree: ContextTree,
  entry: ContextEntry,
  memo?: DigestMemo,
  capabilityOf?: CapabilityOf
): DigestSoon => {
  const known = memo?.get(entry)
  if (known !== undefined) return Either.right(known)
  const reading = readFile(tree, entry, memo, capabilityOf)
  return entry.size < turnSize ? atOnce(reading) : reading
}

function* readFile(
  tree: ContextTree,
  entry: ContextEntry,
  memo: DigestMemo | undefined,
  capabilityOf: CapabilityOf | undefined
): Turns<Either.Either<Digest, ContextProblem>> {
  const place = absolutePath(tree, entry.path)
  if (Either.isLeft(place)) return Either.left(place.left)
  try {
    const { bytes, state } = yield* readBytes(place.right)
    const capability = isProgram(entry) ? capabilityOf?.(place.right) : undefined
    const digest = capability === undefined ? bytes : ofBytes(`${bytes} ${Buffer.from(capability).toString("hex")}`)
    if (isSameState(entry, state)) remember(memo, state, digest)
    return Either.right(digest)
  } catch (cause) {
    return Either.left(unreadable(entry.path, cause))
  }
}

/** The digest of the bytes of a plain file by its absolute path, remembered by the file's state. Throws what the system says. */
export function* bytesDigest(path: string, memo?: DigestMemo): Turns<Digest> {
  const known = memo?.get(stateOf(lstatSync(path, { bigint: true })))
  if (known !== undefined) return known
  const { bytes, state } = yield* readBytes(path)
  remember(memo, state, bytes)
  return bytes
}

/** What was listed as a plain file is read; what has become a symlink or a fifo since is not opened. */
function* readBytes(path: string): Turns<{ readonly bytes: Digest; readonly state: FileState }> {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const hash = hasher()
    let since = 0
    for (;;) {
      const size = readSync(file, buffer, 0, buffer.length, null)
      if (size === 0) break
      hash.update(buffer.subarray(0, size))
      since += size
      if (since < turnSize) continue
      since = 0
      yield
    }
    return { bytes: hash.digest(), state: stateOf(fstatSync(file, { bigint: true })) }
  } finally {
    closeSync(file)
  }
}

/** The state of a file that was looked at. */
export const stateOf = ({ ctimeNs, dev, ino, mtimeNs, size }: BigIntStats): FileState => ({
  ctimeNs,
  dev,
  ino,
  mtimeNs,
  size: Number(size)
})

const remember = (memo: DigestMemo | undefined, state: FileState, digest: Digest): void => {
  if (memo !== undefined && isSettled(state.ctimeNs, memo.nowNs)) memo.set(state, digest)
}

/**
 * Whether something that changed at one instant, for the last time that anybody saw, can be told from what it may be
 * changed to from another instant on: file systems count in steps. Both in nanoseconds since 1970.
 */
export const isSettled = (ctimeNs: bigint, nowNs: bigint): boolean => ctimeNs + settled < nowNs

const settled = 2_000_000_000n
const buffer = Buffer.allocUnsafeSlow(1 << 20)

/** Whether a file was not touched between two looks at it. */
export const isSameState = (a: FileState, b: FileState): boolean =>
  a.ino === b.ino && a.ctimeNs === b.ctimeNs && a.mtimeNs === b.mtimeNs && a.size === b.size && a.dev === b.dev
