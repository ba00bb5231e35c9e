import type * as Yaml from "yaml"

/** Most texts whose lines are moved, each after a look at the whole. */
const mostMoved = 100

/** Most characters that are looked at for it, the whole text each time. */
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
    const next = open === undefined ? undefined : withRestMoved(source, open)
    if (next === undefined) return first
    source = next
    current = parse(source)
  }
  return first
}

/** The text with the lines that a quoted text goes on in as far to the right as its first, and a little more. */
const withRestMoved = (text: string, { message, pos: [offset] }: Yaml.YAMLParseError): string | undefined => {
  const [, quote] = /closing (["'])quote/.exec(message) ?? []
  const start = text.lastIndexOf("\n", offset - 1) + 1
  const end = text.indexOf("\n", offset)
  const close = quote === undefined || end === -1 ? -1 : text.indexOf(quote, end)
  if (close === -1) return undefined
  const indent = /^ */.exec(text.slice(start))?.[0] ?? ""
  return text.slice(0, end) + text.slice(end, close).replaceAll("\n", `\n${indent}  `) + text.slice(close)
}
