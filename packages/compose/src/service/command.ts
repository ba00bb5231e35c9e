import { isNull } from "../tree/scalars.ts"
import { anyText, type At, list, say } from "../read/At.ts"
import { splitWords } from "../texts/words.ts"

/** A command: words, or a text that is split as a shell does. Nothing is the image's own, an empty one clears it. */
export const command = (at: At): ReadonlyArray<string> | undefined => {
  if (isNull(at.tree)) return undefined
  if (at.tree.kind !== "scalar") return list(anyText)(at)
  const words = splitWords(at.tree.text)
  return "problem" in words ? say(at, `the command cannot be split into words: ${words.problem}`) : words.value
}
