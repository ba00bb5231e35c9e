import { type ImageNotFound, LocalPlaceFailed, type SeveralImages } from "@gantry/core/registry/RegistryError"

/** How a place on this machine can fail a caller. */
export type PlaceError = ImageNotFound | LocalPlaceFailed | SeveralImages

/** Carries what is wrong with the content of a place out of code that throws. Never seen outside this package. */
export class Malformed extends Error {}

const codeOf = (cause: unknown): string | undefined =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : undefined

const said: { readonly [code: string]: string } = {
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the disk",
  EDQUOT: "no space is left on the disk",
  EISDIR: "it is a folder, and an archive is one file",
  ENOTDIR: "a part of its path is no folder",
  EEXIST: "something else is in the way",
  EPIPE: "nobody reads from it any more"
}

/** Wraps what reading or writing a place threw. `place` as names of images spell it. */
export const placeFailure =
  (place: string) =>
  (cause: unknown): LocalPlaceFailed => {
    if (cause instanceof LocalPlaceFailed) return cause
    const code = codeOf(cause)
    if (code === "ENOENT")
      return new LocalPlaceFailed({ place, reason: "Missing", why: "there is no such file or folder" })
    const why = cause instanceof Error ? cause.message : String(cause)
    if (cause instanceof Malformed) return new LocalPlaceFailed({ place, reason: "Malformed", why })
    return new LocalPlaceFailed({ place, reason: "Storage", why: said[code ?? ""] ?? why })
  }
