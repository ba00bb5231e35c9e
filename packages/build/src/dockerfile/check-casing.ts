import type { Draft } from "./Draft.ts"

/** Warns of instructions whose names are neither in upper nor in lower case as most of the file's are. */
export const checkCasing = (drafts: ReadonlyArray<Draft>): void => {
  const written = ({ name, text }: Draft) => text.slice(0, name.text.length)
  const lower = drafts.filter((draft) => written(draft) === written(draft).toLowerCase()).length
  const upper = drafts.filter((draft) => written(draft) === draft.name.text).length
  const usual = lower > upper ? "lowercase" : "uppercase"
  for (const draft of drafts) {
    const wanted = usual === "lowercase" ? draft.name.text.toLowerCase() : draft.name.text
    if (written(draft) === wanted) continue
    draft.warning(
      "instruction-casing",
      `${written(draft)} should be in ${usual}, as most instructions of the file are`,
      {
        suggestion: `write ${wanted}`
      }
    )
  }
}
