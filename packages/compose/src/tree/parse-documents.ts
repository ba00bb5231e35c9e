import type * as Yaml from "yaml"

/** Most lines that are moved, each after a look at the whole text. */
const mostMoved = 100

/** Most characters that are looked at for it, the whole text at each line. */
const mostRead = 1024 * 1024

/**
 * The documents of a YAML text.
 *
 * Lines of a quoted text that go on further to the left than YAML allows (1.2.2, 6.1 and 7.3) are read as other
 * libraries read them, those of docker compose among them: programs write such files. White space before these lines
 * means nothing, so they are moved to the right until the text makes sense. Where it never does, it is read as it is.
 */
export const parseDocuments = (
  yaml: Pick<typeof Yaml, "LineCounter" | "parseAllDocuments">,
  text: string,
  options: Yaml.ParseOptions & Yaml.DocumentOptions & Yaml.SchemaOptions
): { readonly documents: ReadonlyArray<Yaml.Document.Parsed>; readonly lines: Yaml.LineCounter } => {
  const parse = (source: string) => {
    const lines = new yaml.LineCounter()
    const documents = yaml.parseAllDocuments(source, { ...options, lineCounter: lines })
    return { documents: Array.isArray(documents) ? documents : [], lines }
  }
  const first = parse(text)
  let current = first
  let source = text
  for (let moved = 0; moved < mostMoved && (moved + 1) * text.length <= mostRead; moved++) {
    const errors = current.documents.flatMap((document) => document.errors)
    if (errors.length === 0) return current
    const open = errors.find(({ code }) => code === "MISSING_CHAR")
    const next = open === undefined ? undefined : withNextLineMoved(source, open.pos[0])
    if (next === undefined) return first
    source = next
    current = parse(source)
  }
  return first
}

/** The text with the line after an offset as far to the right as the one with the offset, and a little more. */
const withNextLineMoved = (text: string, offset: number): string | undefined => {
  const start = text.lastIndexOf("\n", offset - 1) + 1
  const end = text.indexOf("\n", offset)
  if (end === -1 || end === text.length - 1) return undefined
  const indent = /^ */.exec(text.slice(start))?.[0] ?? ""
  return `${text.slice(0, end + 1)}${indent}  ${text.slice(end + 1)}`
}
