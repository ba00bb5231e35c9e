/** One way in which a server wants to be told who asks. */
export interface Challenge {
  /** In lower case: `basic`, `bearer`. */
  readonly scheme: string
  /** By name in lower case. */
  readonly params: { readonly [name: string]: string }
}

const separators = /[\s,]*/y
const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y
/** Credentials without a name, such as those of Negotiate, up to the next comma. */
const token68 = /[ \t]+[A-Za-z0-9._~+/-]+=*[ \t]*(?=,|$)/y
const value = /[ \t]*=[ \t]*(?:"((?:[^"\\]|\\[^])*)"|([^\s,"]*))/y

/**
 * Reads a `WWW-Authenticate` header: one or several challenges, each a scheme with parameters. What cannot be read is
 * passed over.
 *
 * Spec: RFC 9110, section 11.6.1.
 */
export const parseChallenges = (text: string): ReadonlyArray<Challenge> => {
  const found: Array<{ scheme: string; params: { [name: string]: string } }> = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match !== null) at = pattern.lastIndex
    return match
  }
  for (;;) {
    take(separators)
    if (at >= text.length) return found
    const name = take(token)?.[0].toLowerCase()
    if (name === undefined) {
      at++
      continue
    }
    const given = take(value)
    const current = found.at(-1)
    if (given === null) {
      found.push({ scheme: name, params: {} })
      take(token68)
    } else if (current !== undefined) {
      current.params[name] = given[1] === undefined ? (given[2] ?? "") : given[1].replace(/\\([^])/g, "$1")
    }
  }
}

/** The challenge to answer: Bearer when there is a choice, then Basic. */
export const preferred = (challenges: ReadonlyArray<Challenge>): Challenge | undefined =>
  challenges.find(({ params, scheme }) => scheme === "bearer" && params["realm"] !== undefined) ??
  challenges.find(({ scheme }) => scheme === "basic")
