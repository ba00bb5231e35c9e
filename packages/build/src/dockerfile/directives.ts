import type { Diagnostic } from "./Diagnostic.ts"
import type { Directives } from "./Dockerfile.ts"

/**
 * Reads the parser directives at the top of a file and says at which line (from 0) the rest begins.
 *
 * The first line that is not one of `# escape=`, `# syntax=` and `# check=`, in any case, ends them: a comment,
 * a blank line and an instruction do. A first line `#!` is passed over.
 */
export const readDirectives = (
  source: ReadonlyArray<string>,
  diagnostics: Array<Diagnostic>
): { readonly directives: Directives; readonly next: number } => {
  const found = new Map<string, string>()
  let next = source[0]?.startsWith("#!") === true ? 1 : 0
  for (; next < source.length; next++) {
    const line = source[next]!
    const match = /^\s*#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=([^]*)$/.exec(line)
    const name = match?.[1]?.toLowerCase() ?? ""
    const value = match?.[2]?.trim() ?? ""
    if ((name !== "escape" && name !== "syntax" && name !== "check") || value === "") break
    const report = (code: string, message: string, suggestion: string) => {
      const range = {
        start: { line: next + 1, column: line.indexOf("#") + 1 },
        end: { line: next + 1, column: line.trimEnd().length + 1 }
      }
      diagnostics.push({ severity: "error", code, message, suggestion, range, source: line })
    }
    if (found.has(name)) {
      report("duplicate-directive", `only one ${name} directive can be used`, "remove one of them")
    } else if (name === "escape" && value !== "\\" && value !== "`") {
      report("invalid-escape", `${value} cannot be the escape character`, "use \\ or `")
    } else found.set(name, value)
  }
  const syntax = found.get("syntax")
  const check = found.get("check")
  return {
    next,
    directives: {
      escape: found.get("escape") === "`" ? "`" : "\\",
      ...(syntax === undefined ? {} : { syntax }),
      ...(check === undefined ? {} : { check })
    }
  }
}
