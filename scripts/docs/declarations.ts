/** One exported name of a module, as the compiler's declaration file has it. */
export interface Declaration {
  readonly name: string
  /** The text of its docstring without stars; empty when it has none. */
  readonly doc: string
  /** The declaration, without `export declare`. */
  readonly code: string
}

/** A line that begins a statement: what goes on after a line is indented, or closes something. */
const begins = (line: string): boolean => /^[^\s})\]*]/.test(line)

/** The text between the stars of a docstring. */
const docText = (lines: ReadonlyArray<string>): string =>
  lines
    .map((line) => line.replace(/^\s*(?:\/\*\*|\*\/|\*) ?/, "").replace(/\s*\*\/\s*$/, ""))
    .join("\n")
    .trim()

const exported =
  /^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(?:const|let|function|class|interface|type|enum) (\w+)/

/**
 * What a declaration file exports, in its order. The compiler writes such files in one form: each statement begins at
 * the left margin, and a docstring stands right before what it is about.
 */
export const declarationsOf = (text: string): ReadonlyArray<Declaration> => {
  const statements: Array<Array<string>> = []
  for (const line of text.split("\n")) {
    if (begins(line)) statements.push([line])
    else statements.at(-1)?.push(line)
  }
  return statements.flatMap((lines, at) => {
    const name = exported.exec(lines[0] ?? "")?.[1]
    if (name === undefined) return []
    const before = statements[at - 1]
    const doc = before?.[0]?.startsWith("/**") === true ? docText(before) : ""
    const code = lines
      .join("\n")
      .trimEnd()
      .replace(/^export (?:default )?(?:declare )?/, "")
      // A tag of Effect's is a class whose base has no name of its own.
      .replace(/ extends \w+_base /, " extends Context.Tag ")
    return [{ name, doc, code }]
  })
}

/** Links between docstrings become names, and tags of examples a word. */
const shown = (doc: string): string =>
  doc
    .replace(/\{@link (?:[^}|]*\|)?\s*([^}]*?)\s*\}/g, "`$1`")
    .replace(/^@example[ \t]*/gm, "Example:\n")
    .trim()

/** A chapter of Markdown about one module. */
export const chapter = (module: string, declarations: ReadonlyArray<Declaration>): string =>
  [
    `## ${module}`,
    ...declarations.flatMap(({ code, doc, name }) => [
      `### ${name}`,
      ...(doc === "" ? [] : [shown(doc)]),
      `\`\`\`ts\n${code}\n\`\`\``
    ])
  ].join("\n\n")
