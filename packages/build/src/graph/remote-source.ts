/** Kinds of sources that are not in any context. */
export type RemoteKind = "download" | "repository"

/**
 * What a source of ADD is when it is an address: a download by http(s), or a git repository; undefined for a path.
 *
 * As BuildKit has it, a repository is `git://…`, `ssh://…`, `git@host:path`, `github.com/…`, or http(s) with a path that
 * ends in `.git`. `#ref:directory` at the end belongs to the repository.
 */
export const remoteKind = (source: string): RemoteKind | undefined => {
  if (/^(?:git|ssh|git\+ssh|git\+https?):\/\//i.test(source) || source.startsWith("github.com/")) return "repository"
  if (/^https?:\/\//i.test(source)) return /^[^?#]*\.git(?:[?#]|$)/i.test(source) ? "repository" : "download"
  // As scp writes it: a user, a host, and a path that is no port.
  return /^[\w.-]+@[\w.-]+:(?!\/\/)/.test(source) ? "repository" : undefined
}

/** An address as it may be shown: without user name and password. */
export const withoutPassword = (source: string): string => source.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1")
