import * as Either from "effect/Either"
import type { GitAddress } from "./ContextSource.ts"

/**
 * Reads the address of a git repository: `ADDRESS[#[REF][:DIRECTORY]]`, as Docker has it. `github.com/…` is short for
 * https. Fails with a sentence.
 */
export const parseGitAddress = (text: string): Either.Either<GitAddress, string> => {
  const hash = text.indexOf("#")
  const address = hash < 0 ? text : text.slice(0, hash)
  const fragment = hash < 0 ? "" : text.slice(hash + 1)
  const colon = fragment.indexOf(":")
  const ref = colon < 0 ? fragment : fragment.slice(0, colon)
  const directory = (colon < 0 ? "" : fragment.slice(colon + 1))
    .split("/")
    .filter((part) => part !== "" && part !== ".")
  if (directory.includes(".."))
    return Either.left(`the directory ${JSON.stringify(fragment.slice(colon + 1))} leads out of the repository`)
  if (!isRef(ref)) return Either.left(`${JSON.stringify(ref)} is no branch, tag or commit`)
  const remote = address.startsWith("github.com/")
    ? `https://${address}`
    : address.replace(/^git\+(?=https?:|ssh:)/i, "")
  // The characters of a program's option, or of a helper such as ext::, have no business at the beginning.
  if (!/^[a-z0-9][\w.+-]*(?:@[\w.-]+:|:\/\/)[^\s]+$/i.test(remote) || /^[a-z0-9+.-]+::/i.test(remote)) {
    return Either.left("it is no address of a git repository")
  }
  return Either.right({ remote, ...(ref === "" ? {} : { ref }), directory: directory.join("/") })
}

/** Names that git takes for a ref or a commit, and never for an option or a range. Spec: git-check-ref-format. */
const isRef = (ref: string): boolean =>
  ref === "" || (/^[^\s~^:?*[\\\p{Cc}-][^\s~^:?*[\\\p{Cc}]*$/u.test(ref) && !ref.includes("..") && !ref.includes("@{"))

/** Whether a ref is a whole commit, which never means another one. */
export const isCommit = (ref: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(ref)

/** How git speaks to a repository, as it spells it itself. */
export const protocolOf = ({ remote }: Pick<GitAddress, "remote">): string =>
  /^([a-z][a-z0-9+.-]*):\/\//i.exec(remote)?.[1]?.toLowerCase() ?? "ssh"
