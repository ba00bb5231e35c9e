import { withoutPassword } from "@gantry/build/graph/remote-source"
import * as Data from "effect/Data"

/** Where the files of a build come from. */
export type ContextSource =
  /** A directory of this machine; absolute. */
  | { readonly of: "folder"; readonly path: string }
  /** An archive, or a Dockerfile and nothing else: told by its first bytes. `called` is for messages. */
  | { readonly of: "bytes"; readonly bytes: AsyncIterable<Uint8Array>; readonly called: string }
  /** The same, of a web server. */
  | { readonly of: "download"; readonly url: URL }
  /** A git repository, as `parseGitAddress` reads it. */
  | { readonly of: "repository"; readonly address: GitAddress }

/** What `--build-context` gives a name to. */
export type NamedSource =
  | ContextSource
  /** An image, as `FROM` would name it, or `oci:PATH` for one in a layout folder. */
  | { readonly of: "image"; readonly reference: string }

/** A source for people, and for telling builds apart: path or address, without passwords. */
export const contextText = (source: ContextSource): string => {
  switch (source.of) {
    case "folder":
      return source.path
    case "bytes":
      return source.called
    case "download":
      return withoutPassword(source.url.href)
    case "repository":
      return addressText(source.address)
  }
}

/** An address of a repository, spelled as it is read. */
export const addressText = ({ directory, ref, remote }: GitAddress): string => {
  const fragment = `${ref ?? ""}${directory === "" ? "" : `:${directory}`}`
  return withoutPassword(remote) + (fragment === "" ? "" : `#${fragment}`)
}

/** A commit and a directory of a git repository. */
export interface GitAddress {
  /** What git is given. */
  readonly remote: string
  /** Branch, tag or commit; what the repository shows by itself when absent. */
  readonly ref?: string
  /** Relative, without slashes at the ends; empty for the whole repository. */
  readonly directory: string
  /** The commit that it must be, or its first digits. */
  readonly checksum?: string
  /** Whether `.git` stays, whatever the build says of it. */
  readonly keepGitDir?: boolean
  /** Submodules are left out when this is false. */
  readonly submodules?: boolean
}

/** The files to build from cannot be had. */
export class ContextUnavailable extends Data.TaggedError("ContextUnavailable")<{
  /** Path, address or name, without passwords. */
  readonly context: string
  /** One sentence without a full stop. */
  readonly why: string
  /** What to do about it. */
  readonly hint?: string
  readonly cause?: unknown
}> {
  override get message() {
    return `${this.context}: ${this.why}`
  }
}
