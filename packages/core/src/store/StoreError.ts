import * as Data from "effect/Data"
import type { Digest } from "../image/Digest.ts"

/** No blob is stored under this digest. Fetching it from a registry may help. */
export class BlobMissing extends Data.TaggedError("BlobMissing")<{ readonly digest: Digest }> {
  override get message() {
    return `no blob ${this.digest} in the local store`
  }
}

/** The bytes were not the bytes that were promised. The same source will not do better. */
export class BlobCorrupt extends Data.TaggedError("BlobCorrupt")<{
  readonly expected: Digest
  readonly actual: Digest
  /** Bytes received until the stream ended. */
  readonly size: number
}> {
  override get message() {
    return `expected ${this.expected}, received ${this.size} bytes that hash to ${this.actual}`
  }
}

/** No layer is stored under this diffID. Unpacking it from its blob, or building it again, may help. */
export class LayerMissing extends Data.TaggedError("LayerMissing")<{ readonly diffId: Digest }> {
  override get message() {
    return `no layer ${this.diffId} in the local store`
  }
}

/** The layer has trees or containers on it. Removing those first helps. */
export class LayerInUse extends Data.TaggedError("LayerInUse")<{
  readonly diffId: Digest
  /** Names of the trees that stand on the layer. */
  readonly users: ReadonlyArray<string>
}> {
  override get message() {
    return `layer ${this.diffId} is in use by ${this.users.join(", ")}`
  }
}

/** A path, or a link on its way, that would leave the place it was meant for. The archive or context is hostile or broken. */
export class UnsafePath extends Data.TaggedError("UnsafePath")<{ readonly path: string; readonly why: string }> {
  override get message() {
    return `unsafe path ${JSON.stringify(this.path)}: ${this.why}`
  }
}

/** The bytes are the ones that were promised, and no archive that can be read. The same source will not do better. */
export class LayerMalformed extends Data.TaggedError("LayerMalformed")<{
  /** Its diffID, or words for an archive that has none. */
  readonly layer: string
  readonly why: string
  /** Bytes of the archive before the place in question, where that is known. */
  readonly at?: number
}> {
  override get message() {
    const place = this.at === undefined ? "" : ` (at byte ${this.at})`
    return `${this.layer} is no archive of a layer: ${this.why}${place}`
  }
}

/** The archive goes on after a limit of this engine: a decompression bomb, or a limit that was set too low. */
export class LayerTooLarge extends Data.TaggedError("LayerTooLarge")<{
  /** See {@link LayerMalformed}. */
  readonly layer: string
  readonly unit: "bytes" | "entries"
  readonly limit: number
}> {
  override get message() {
    return `${this.layer} has more than ${this.limit} ${this.unit}`
  }
}

/** What lies under the store failed: the disk, the connection, the permissions. */
export class StorageFailure extends Data.TaggedError("StorageFailure")<{
  readonly operation: "read" | "stage" | "publish" | "remove" | "list" | "prepare" | "commit" | "mount" | "record"
  readonly reason: "PermissionDenied" | "NoSpace" | "Unavailable" | "Other"
  /** What was being worked on: a path, a digest, a table. */
  readonly subject: string
  readonly cause: unknown
}> {
  override get message() {
    const why = this.cause instanceof Error ? `: ${this.cause.message}` : ""
    return `the store could not ${this.operation} ${this.subject} (${this.reason})${why}`
  }
}

/** The closed reason for an errno code such as `ENOSPC`. */
export const reasonOf = (code: string | undefined): StorageFailure["reason"] => {
  switch (code) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return "PermissionDenied"
    case "ENOSPC":
    case "EDQUOT":
    case "SQLITE_FULL":
      return "NoSpace"
    case "ECONNREFUSED":
    case "ETIMEDOUT":
    case "EAGAIN":
      return "Unavailable"
    default:
      return "Other"
  }
}

/** Wraps what a driver's own call threw. */
export const storageFailure =
  (operation: StorageFailure["operation"], subject: string) =>
  (cause: unknown): StorageFailure => {
    const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : undefined
    const full = cause instanceof Error && /database or disk is full/.test(cause.message)
    return new StorageFailure({ operation, subject, reason: full ? "NoSpace" : reasonOf(code), cause })
  }
