import * as Either from "effect/Either"
import type { GitAddress } from "./ContextSource.ts"
import { parseGitQuery } from "./git-query.ts"

/**
 * Reads the address of a git repository: `ADDRESS[?QUERY][#[REF][:DIRECTORY]]`, as Docker has it. `github.com/…` is short
 * for https. Fails with a sentence.
 */
export const parseGitAddress = (text: string): Either.Either<GitAddress, string> =>
  Either.gen(function* () {
    const [, address = "", query = "", fragment = ""] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(text) ?? []
    const colon = fragment.indexOf(":")
    const said = yield* parseGitQuery(query, {
      ref: colon < 0 ? fragment : fragment.slice(0, colon),
      directory: colon < 0 ? "" : fragment.slice(colon + 1)
    })
    const directory = (said.directory ?? "").split("/").filter((part) => part !== "" && part !== ".")
    if (directory.includes(".."))
      return yield* Either.left(`the directory ${JSON.stringify(said.directory)} leads out of the repository`)
    if (said.ref !== undefined && !isRef(said.ref))
      return yield* Either.left(`${JSON.stringify(said.ref)} is no branch, tag or commit`)
    const remote = address.startsWith("github.com/")
      ? `https://${address}`
      : address.replace(/^git\+(?=https?:|ssh:)/i, "")
    // The characters of a program's option, or of a helper such as ext::, have no business at the beginning.
    if (!/^[a-z0-9][\w.+-]*(?:@[\w.-]+:|:\/\/)[^\s]+$/i.test(remote) || /^[a-z0-9+.-]+::/i.test(remote)) {
      return yield* Either.left("it is no address of a git repository")
    }
    return { ...said, remote, directory: directory.join("/") }
  })

/** Names that git takes for a ref or a commit, and never for an option or a range. Spec: git-check-ref-format. */
const isRef = (ref: string): boolean =>
  /^[^\s~^:?*[\\\p{Cc}-][^\s~^:?*[\\\p{Cc}]*$/u.test(ref) && !ref.includes("..") && !ref.includes("@{")

/** Whether a ref is a whole commit, which never means another one. */
export const isCommit = (ref: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(ref)

/** How git speaks to a repository, as it spells it itself. */
export const protocolOf = ({ remote }: Pick<GitAddress, "remote">): string =>
  /^([a-z][a-z0-9+.-]*):\/\//i.exec(remote)?.[1]?.toLowerCase() ?? "ssh"
