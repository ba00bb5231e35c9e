import { type FileState, isSameState } from "@gantry/build/context/content-digest"
import { type Digest, digest as asDigest } from "@gantry/core/image/Digest"

/** Digests of files by their state, as many as one context has. */
export interface FileDigests {
  readonly get: (state: FileState) => Digest | undefined
  readonly set: (state: FileState, digest: Digest) => void
  /** Whether anything was set since they were read. */
  readonly isChanged: () => boolean
  /**
   * All that was asked for or set, in bytes to be read again; and what was not, as long as it is not much more than that.
   */
  readonly pack: () => Uint8Array
}

/** Five numbers of eight bytes, and the digest's own 32. */
const recordSize = 5 * 8 + 32

/** Records of files that were not looked at are kept as long as they are no more than those that were, and these. */
const spare = 10_000

interface Remembered {
  readonly state: FileState
  readonly digest: Digest
  used: boolean
}

/**
 * Reads packed digests. Bytes of any other form stand for none: what is lost is read again from the files.
 *
 * Records are little endian: device, inode, size, times of bytes and inode, then the digest. Few files share an inode
 * number across devices, so that one number finds them.
 */
export const unpackDigests = (packed: Uint8Array = new Uint8Array()): FileDigests => {
  const known = new Map<bigint, Remembered>()
  let changed = false
  let unread = packed.length % recordSize === 0 ? packed : new Uint8Array()
  // A build that copies nothing has no use for them.
  const read = () => {
    if (unread.length === 0) return
    const bytes = Buffer.from(unread.buffer, unread.byteOffset, unread.byteLength)
    for (let at = 0; at < bytes.length; at += recordSize) {
      const state: FileState = {
        dev: bytes.readBigUInt64LE(at),
        ino: bytes.readBigUInt64LE(at + 8),
        size: Number(bytes.readBigUInt64LE(at + 16)),
        mtimeNs: bytes.readBigInt64LE(at + 24),
        ctimeNs: bytes.readBigInt64LE(at + 32)
      }
      const digest = asDigest(`sha256:${bytes.toString("hex", at + 40, at + recordSize)}`)
      known.set(state.ino, { state, digest, used: false })
    }
    unread = new Uint8Array()
  }
  return {
    get: (state) => {
      read()
      const found = known.get(state.ino)
      if (found === undefined || !isSameState(found.state, state)) return undefined
      found.used = true
      return found.digest
    },
    set: ({ ctimeNs, dev, ino, mtimeNs, size }, digest) => {
      read()
      changed = true
      known.set(ino, { state: { dev, ino, size, mtimeNs, ctimeNs }, digest, used: true })
    },
    isChanged: () => changed,
    pack: () => {
      read()
      const all = [...known.values()]
      const used = all.filter((each) => each.used)
      const kept = all.length > 2 * used.length + spare ? used : all
      const bytes = Buffer.alloc(kept.length * recordSize)
      for (const [index, { digest, state }] of kept.entries()) {
        const at = index * recordSize
        bytes.writeBigUInt64LE(BigInt.asUintN(64, state.dev), at)
        bytes.writeBigUInt64LE(BigInt.asUintN(64, state.ino), at + 8)
        bytes.writeBigUInt64LE(BigInt(state.size), at + 16)
        bytes.writeBigInt64LE(BigInt.asIntN(64, state.mtimeNs), at + 24)
        bytes.writeBigInt64LE(BigInt.asIntN(64, state.ctimeNs), at + 32)
        bytes.write(digest.slice("sha256:".length), at + 40, "hex")
      }
      return bytes
    }
  }
}
