import type { Range } from "../dockerfile/Range.ts"

/**
 * What the comment right above an instruction says of a name: the rest of its line that begins with the name.
 *
 * Spec: BuildKit, `docker build --call=outline`: a description is a comment of the form `# NAME text`.
 */
export const remarkOn = (name: string, { start }: Range, source: ReadonlyArray<string>): string => {
  for (let at = start.line - 2; at >= 0; at--) {
    const comment = /^\s*#\s*(.*)$/.exec(source[at] ?? "")?.[1]
    if (comment === undefined) return ""
    if (comment.startsWith(`${name} `)) return comment.slice(name.length).trim()
  }
  return ""
}
