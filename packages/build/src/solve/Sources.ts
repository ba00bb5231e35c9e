import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Digest } from "@gantry/core/image/Digest"
import type { BuildContext } from "./BuildContext.ts"

/** Files that are somewhere else cannot be had: the server refuses, the repository has no such commit. */
export class SourceUnavailable extends Data.TaggedError("SourceUnavailable")<{
  /** Address or name, without passwords. */
  readonly source: string
  /** One sentence without a full stop. */
  readonly why: string
  /** What to do about it. */
  readonly hint?: string
  readonly cause?: unknown
}> {
  override get message() {
    return `${this.source}: ${this.why}`
  }
}

/** A source of ADD that is an address. */
export interface RemoteWanted {
  /** As in the Dockerfile, variables expanded. */
  readonly source: string
  /** `sha256:…` of a download, or the beginning of a commit; none is asked for when empty. */
  readonly checksum: string
  /** The whole commit, or annotated tag, of a repository that is meant; its address decides without it. */
  readonly commit?: string
  /** Whether a repository is copied with its `.git`; its address decides without it. */
  readonly keepGitDir?: boolean
}

/** What is at an address, known well enough for a key. */
export interface RemoteFound {
  readonly kind: "download" | "repository"
  /** The name of a download; for a repository the directory that is copied. */
  readonly name: string
  /** Of the bytes of a download. For a repository it stands for the commit, the directory, and whether `.git` is kept. */
  readonly content: Digest
  /** For people: `sha256:…`, or the commit. */
  readonly shown: string
  /** Brings the files here, until the build ends: one file of that name, or the contents of the directory `.`. */
  readonly open: Effect.Effect<BuildContext, SourceUnavailable>
}

/** Finds files that are neither in the build's own context nor in images. A build asks once for each. */
export interface SourcesShape {
  /** Files that were given a name with `--build-context`. */
  readonly named: (name: string) => Effect.Effect<BuildContext, SourceUnavailable>
  readonly remote: (wanted: RemoteWanted) => Effect.Effect<RemoteFound, SourceUnavailable>
}

const none = (source: string) =>
  Effect.fail(new SourceUnavailable({ source, why: "this build has no sources but its own context" }))

/** The service tag of {@link SourcesShape}. A build that was given none has none. */
export class Sources extends Context.Reference<Sources>()("@gantry/build/Sources", {
  defaultValue: (): SourcesShape => ({ named: none, remote: ({ source }) => none(source) })
}) {}
