import type { DatabaseTooNew } from "@gantry/core/state/Database"
import type {
  BlobCorrupt,
  BlobMissing,
  LayerInUse,
  LayerMalformed,
  LayerMissing,
  LayerTooLarge,
  StorageFailure,
  UnsafePath
} from "@gantry/core/store/StoreError"
import type { CompressionFailed } from "@gantry/engine/push/compress-layer"
import { type Explanation, optional } from "./Explanation.ts"

/** What can be wrong with the store and with what is in it. */
export type StoreFailure =
  | BlobCorrupt
  | BlobMissing
  | CompressionFailed
  | DatabaseTooNew
  | LayerInUse
  | LayerMalformed
  | LayerMissing
  | LayerTooLarge
  | StorageFailure
  | UnsafePath

/** What is said of failures of the store. */
export const explainStorage = (failure: StoreFailure): Explanation => {
  switch (failure._tag) {
    case "StorageFailure":
      return {
        what: `could not ${failure.operation} ${failure.subject}`,
        why: causeOf(failure),
        ...optional(storageHint(failure))
      }
    case "CompressionFailed":
      return { what: failure.message, todo: "choose another --compression" }
    case "BlobMissing":
    case "BlobCorrupt":
    case "LayerMissing":
      return { what: failure.message, todo: "build or pull the image again" }
    case "LayerMalformed":
      return {
        what: failure.message,
        todo: "get it again from where it came; it is broken there if that does not help"
      }
    case "LayerTooLarge":
      return {
        what: failure.message,
        todo:
          failure.unit === "bytes"
            ? "if it can be trusted, set GANTRY_LAYER_LIMIT to more bytes"
            : "do not trust where this came from"
      }
    case "LayerInUse":
      return { what: failure.message, todo: "remove what uses it first" }
    case "UnsafePath":
      return { what: failure.message, todo: "do not trust where this came from" }
    case "DatabaseTooNew":
      return { what: failure.message, todo: "use that gantry, or another --root" }
  }
}

const causeOf = ({ cause, reason }: StorageFailure): string => {
  if (reason === "NoSpace") return "no space is left on the disk"
  return cause instanceof Error ? cause.message : String(cause)
}

const storageHint = ({ cause, reason }: StorageFailure): string | undefined => {
  // Sentences of SQLite.
  if (cause instanceof Error && /file is not a database|disk image is malformed/.test(cause.message)) {
    return "the file state.db of gantry's root directory is broken: move it and those beside it that begin with state.db elsewhere, then run gantry check --repair; volumes stay, images have to be pulled or built again"
  }
  switch (reason) {
    case "NoSpace":
      return "free some space: nothing was lost; gantry system df shows what takes it, and gantry system prune --dry-run what can go"
    case "PermissionDenied":
      return "run as root, or choose a place of your own with --root"
    case "Unavailable":
      return "try again"
    case "Other":
      return undefined
  }
}
