import { type Stats, statSync } from "node:fs"
import { reasonOf } from "@gantry/engine/file-problem"

/** What is at a path: nothing, which `stat` lacks then, or something that could not be looked at, for the reason `why`. */
export interface Seen {
  readonly stat?: Stats
  readonly why?: string
}

/**
 * Looks at a path that a user wrote, following links. A part of it that is no directory is nothing, too: the runtimes do not
 * agree on that. Never throws.
 */
export const lookAt = (path: string): Seen => {
  try {
    return { stat: statSync(path) }
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined
    return code === "ENOENT" || code === "ENOTDIR" ? {} : { why: reasonOf(cause) }
  }
}
