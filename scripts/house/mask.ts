/**
 * The same text with the inside of comments and of strings blanked, line for line and column for column: what is left is
 * code. The quotes stay. Code inside `${}` of a template stays too.
 */
export const mask = (source: string, { keepStrings = false } = {}): string => {
  const out = [...source].length === source.length ? source.split("") : Array.from(source, (c) => c[0] ?? " ")
  const blank = (from: number, to: number) => {
    for (let at = from; at < to; at++) if (out[at] !== "\n") out[at] = " "
  }
  /** For each open template: how many braces are open inside its `${`. */
  const templates: Array<number> = []
  let at = 0
  const template = () => {
    const start = at
    while (at < out.length && out[at] !== "`" && !(out[at] === "$" && out[at + 1] === "{"))
      at += out[at] === "\\" ? 2 : 1
    if (!keepStrings) blank(start, at)
    if (out[at] === "$") {
      templates.push(0)
      at += 2
    } else at += 1
  }
  while (at < out.length) {
    const char = out[at] ?? ""
    const start = at
    if (char === "/" && out[at + 1] === "/") {
      while (at < out.length && out[at] !== "\n") at++
      blank(start, at)
    } else if (char === "/" && out[at + 1] === "*") {
      at += 2
      while (at < out.length && !(out[at] === "*" && out[at + 1] === "/")) at++
      at += 2
      blank(start, at)
    } else if (char === "'" || char === '"') {
      at++
      while (at < out.length && out[at] !== char && out[at] !== "\n") at += out[at] === "\\" ? 2 : 1
      if (!keepStrings) blank(start + 1, at)
      at++
    } else if (char === "`") {
      at++
      template()
    } else if (char === "/" && startsPattern(out, at)) {
      at++
      for (let inClass = false; at < out.length && (inClass || out[at] !== "/") && out[at] !== "\n"; at++) {
        if (out[at] === "\\") at++
        else if (out[at] === "[") inClass = true
        else if (out[at] === "]") inClass = false
      }
      blank(start + 1, at)
      at++
    } else {
      const depth = templates.at(-1)
      if (depth !== undefined && char === "{") templates[templates.length - 1] = depth + 1
      if (depth !== undefined && char === "}") {
        if (depth === 0) {
          templates.pop()
          at++
          template()
          continue
        }
        templates[templates.length - 1] = depth - 1
      }
      at++
    }
  }
  return out.join("")
}

/** A slash divides after a value; after anything else it opens a regular expression. */
const startsPattern = (text: ReadonlyArray<string>, slash: number): boolean => {
  let at = slash - 1
  while (at >= 0 && /\s/.test(text[at] ?? "")) at--
  const before = text[at] ?? ""
  if (before === "" || "(,=:[!&|?{;+-*%<>~^".includes(before)) return true
  let word = ""
  while (at >= 0 && /\w/.test(text[at] ?? "")) word = (text[at--] ?? "") + word
  return ["return", "typeof", "case", "in", "of", "void", "yield", "await"].includes(word)
}
