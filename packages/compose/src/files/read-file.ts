import { readText, textLimit } from "@gantry/core/read-text"

/** Longest Compose file, in bytes: 1 MiB. */
export const composeLimit = 1024 * 1024

/** The text of a file, or why there is none: `missing` when nothing has that name. */
export type FileText =
  | { readonly text: string }
  | { readonly why: string; readonly missing: boolean; readonly isDirectory?: true }

/** Reads a regular file of bounded length; `named` by the user it may be a pipe. */
export const readFile = (
  path: string,
  { most = textLimit, named = false }: { readonly most?: number; readonly named?: boolean } = {}
): FileText => {
  try {
    return checked(readText(path, { most, named }))
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined
    return {
      why: explain(code, most, cause),
      missing: code === "ENOENT" || code === "ENOTDIR",
      ...(code === "EISDIR" && { isDirectory: true })
    }
  }
}

/** A text that is one, and no other bytes. */
export const checked = (text: string): FileText =>
  text.includes("\0") ? { why: "it is not a text", missing: false } : { text }

const explain = (code: unknown, most: number, cause: unknown): string => {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "there is no such file"
    case "EACCES":
    case "EPERM":
      return "you may not read it"
    case "EISDIR":
      return "it is a directory"
    case "ENOTSUP":
    case "ENXIO":
      return "it is not a regular file"
    case "EFBIG":
      return `it is longer than ${most} bytes`
    default:
      return cause instanceof Error ? cause.message : String(cause)
  }
}
