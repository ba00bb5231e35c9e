/** A word, or one of the signs that stand between words. */
export type Token = { readonly word: string } | { readonly sign: ";" | "&&" | "||" | ">" | ">>" | ">&2" }

/**
 * The words of a command line, with quotes taken away and variables put in; undefined for whatever a real shell would do
 * more with: pipes, background, substitution of commands, patterns.
 */
export const tokens = (line: string, env: ReadonlyMap<string, string>): ReadonlyArray<Token> | undefined => {
  const found: Array<Token> = []
  let word: string | undefined
  let at = 0
  const finish = () => {
    if (word !== undefined) found.push({ word })
    word = undefined
  }
  while (at < line.length) {
    const rest = line.slice(at)
    const sign = /^(?:&&|\|\||>&2|>>|>|;|\n)/.exec(rest)?.[0]
    const blank = /^[ \t]+/.exec(rest)?.[0]
    const single = /^'([^']*)'/.exec(rest)
    const escaped = /^\\([\s\S])/.exec(rest)
    const variable = /^\$(?:(\w+)|\{(\w+)\})/.exec(rest)
    if (sign !== undefined) {
      finish()
      found.push({ sign: sign === "\n" ? ";" : (sign as ";") })
      at += sign.length
    } else if (blank !== undefined) {
      finish()
      at += blank.length
    } else if (single !== null) {
      word = (word ?? "") + (single[1] ?? "")
      at += single[0].length
    } else if (rest.startsWith('"')) {
      const double = /^"((?:[^"\\`]|\\[\s\S])*)"/.exec(rest)
      if (double === null || /\$\(/.test(double[0])) return undefined
      word = (word ?? "") + inQuotes(double[1] ?? "", env)
      at += double[0].length
    } else if (escaped !== null) {
      word = (word ?? "") + (escaped[1] === "\n" ? "" : (escaped[1] ?? ""))
      at += escaped[0].length
    } else if (variable !== null) {
      word = (word ?? "") + (env.get(variable[1] ?? variable[2] ?? "") ?? "")
      at += variable[0].length
    } else if (/^[|&<()`*?#[{$]/.test(rest)) {
      return undefined
    } else {
      word = (word ?? "") + (rest[0] ?? "")
      at += 1
    }
  }
  finish()
  return found
}

const inQuotes = (text: string, env: ReadonlyMap<string, string>): string =>
  text.replaceAll(
    /\\([\\"$])|\$(?:(\w+)|\{(\w+)\})/g,
    (_, escaped?: string, plain?: string, braced?: string) => escaped ?? env.get(plain ?? braced ?? "") ?? ""
  )
