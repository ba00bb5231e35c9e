/** A program in a text that people read. */
export interface Example {
  /** Of the text, from the repository's root. */
  readonly path: string
  /** Where it begins in the text, counted from 1. */
  readonly line: number
  readonly code: string
}

const fence = /^```(\w*)/

/** The blocks of TypeScript in a text of lines. Blocks of other languages are left alone. */
const blocksIn = (path: string, lines: ReadonlyArray<string>): ReadonlyArray<Example> => {
  const found: Array<Example> = []
  let open: { readonly line: number; readonly language: string } | undefined
  for (const [at, line] of lines.entries()) {
    const language = fence.exec(line)?.[1]
    if (language === undefined) continue
    if (open === undefined) open = { line: at + 2, language }
    else {
      if (open.language === "ts") {
        found.push({ path, line: open.line, code: lines.slice(open.line - 1, at).join("\n") })
      }
      open = undefined
    }
  }
  return found
}

/** The examples of a Markdown file. */
export const examplesOfPage = (path: string, text: string): ReadonlyArray<Example> => blocksIn(path, text.split("\n"))

/** The examples in the docstrings of a source file: what stands in a fence in one, with or without `@example`. */
export const examplesOfSource = (path: string, text: string): ReadonlyArray<Example> => {
  let inside = false
  const comments = text.split("\n").map((line) => {
    const opens = /^\s*\/\*\*/.test(line)
    if (opens) inside = true
    const told = inside ? line.replace(/^\s*(?:\/\*\*|\*(?!\/)) ?/, "") : ""
    if (inside && line.includes("*/")) inside = false
    return told
  })
  return blocksIn(path, comments)
}
