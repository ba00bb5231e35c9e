import * as Either from "effect/Either"

/** What stands behind the `?` of a repository's address. */
export interface GitQuery {
  readonly ref?: string
  readonly directory?: string
  /** A commit, or its first digits. */
  readonly checksum?: string
  readonly keepGitDir?: boolean
  readonly submodules?: boolean
}

/** Names whose value may be left out; then it is true. */
const switches = ["keep-git-dir", "submodules"]

const names = ["ref", "tag", "branch", "subdir", "checksum", "commit", ...switches]

/**
 * Reads `ref=…&subdir=…`: what BuildKit has since 0.24. `fragment` is what the part behind `#` says already. Fails with a
 * sentence.
 */
export const parseGitQuery = (text: string, fragment: GitQuery): Either.Either<GitQuery, string> =>
  Either.gen(function* () {
    const values = yield* valuesOf(text)
    const tag = inside("refs/tags/", values.get("tag"))
    const branch = inside("refs/heads/", values.get("branch"))
    if (tag !== undefined && branch !== undefined) return yield* Either.left("its branch conflicts with its tag")
    const ref = yield* agreed("ref", [fragment.ref, values.get("ref"), tag, branch])
    const directory = yield* agreed("subdir", [fragment.directory, values.get("subdir")])
    const checksum = yield* agreed("checksum", [values.get("checksum"), values.get("commit")])
    if (checksum !== undefined && !/^[0-9a-f]{4,64}$/.test(checksum)) {
      return yield* Either.left(`its checksum ${JSON.stringify(checksum)} is no commit`)
    }
    const keepGitDir = yield* switched("keep-git-dir", values)
    const submodules = yield* switched("submodules", values)
    const meant = ref ?? checksum
    return {
      ...(meant === undefined ? {} : { ref: meant }),
      ...(directory === undefined ? {} : { directory }),
      ...(checksum === undefined ? {} : { checksum }),
      ...(keepGitDir === undefined ? {} : { keepGitDir }),
      ...(submodules === undefined ? {} : { submodules })
    }
  })

const valuesOf = (text: string): Either.Either<ReadonlyMap<string, string>, string> => {
  const values = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (!names.includes(name)) {
      return Either.left(`its query has ${JSON.stringify(name)}, and there are only ${names.join(", ")}`)
    }
    if (values.has(name)) return Either.left(`its query has ${name} twice`)
    if (value === "" && !switches.includes(name)) return Either.left(`${name} in its query has no value`)
    values.set(name, value)
  }
  return Either.right(values)
}

const inside = (folder: string, name: string | undefined): string | undefined =>
  name === undefined || name.startsWith(folder) ? name : folder + name

/** The one value that is said, however often. */
const agreed = (name: string, said: ReadonlyArray<string | undefined>): Either.Either<string | undefined, string> => {
  const [first, ...others] = said.filter((each) => each !== undefined && each !== "")
  const other = others.find((each) => each !== first)
  return other === undefined
    ? Either.right(first)
    : Either.left(`it says ${name} twice: ${JSON.stringify(first)} and ${JSON.stringify(other)}`)
}

const switched = (name: string, values: ReadonlyMap<string, string>): Either.Either<boolean | undefined, string> => {
  const value = values.get(name)
  if (value === undefined) return Either.right(undefined)
  if (value === "" || /^(?:1|t|T|true|TRUE|True)$/.test(value)) return Either.right(true)
  if (/^(?:0|f|F|false|FALSE|False)$/.test(value)) return Either.right(false)
  return Either.left(`${name} in its query is true or false, and not ${JSON.stringify(value)}`)
}
