import { isNull } from "../tree/scalars.ts"
import { anyText, type At, entries, type Read } from "./At.ts"

/** Names and values; one without a value has an empty one. */
export const pairs: Read<{ readonly [name: string]: string }> = entries((at) => (isNull(at.tree) ? "" : anyText(at)))

/** Variables; one without a value has the one that the file's variables give it, and `null` when they give none. */
export const callersVariables: Read<{ readonly [name: string]: string | null }> = entries((at: At, name) =>
  isNull(at.tree) ? (at.tree.place.source.environment.get(name) ?? null) : anyText(at)
)

/** Variables; one without a value has the one that the file's variables give it, and is left out when they give none. */
export const variables: Read<{ readonly [name: string]: string }> = entries((at: At, name) =>
  isNull(at.tree) ? at.tree.place.source.environment.get(name) : anyText(at)
)
