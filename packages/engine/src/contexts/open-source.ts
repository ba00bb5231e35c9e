import { join } from "node:path"
import { isThere, resolve } from "@gantry/build/context/resolve"
import { open } from "@gantry/build/context/ContextTree"
import { DownloadFailed, Downloads } from "@gantry/core/download/Downloads"
import type { Settings } from "@gantry/core/Settings"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { mkdirSync } from "node:fs"
import { withoutPassword } from "@gantry/build/graph/remote-source"
import { type ContextSource, ContextUnavailable } from "./ContextSource.ts"
import { checkout } from "./git-checkout.ts"
import { type BytesContext, readBytes } from "./read-bytes.ts"
import type { GitHome } from "./run-git.ts"
import { scopedFolder } from "./scoped-folder.ts"

/** Files to build from, on this machine. */
export interface OpenedSource {
  /** Absolute. */
  readonly path: string
  /** Whoever wrote the files is not who builds: links in them lead nowhere else. */
  readonly foreign: boolean
  /** The Dockerfile, when the source was one and nothing else; there are no files then. */
  readonly dockerfile?: string
  /** For people: the commit that was checked out. */
  readonly commit?: string
  /** When it was committed, in seconds since 1970. */
  readonly committedAt?: number
}

/** What opening needs. */
export type OpenServices = Downloads | Settings

/** Variables of the caller that git may need, and whether `.git` stays. */
export interface OpenOptions {
  readonly env: GitHome["env"]
  readonly keepGitDir: boolean
}

/** Brings the files of a source here. They are there as long as the scope is open. */
export const openSource = (
  source: ContextSource,
  { env, keepGitDir }: OpenOptions
): Effect.Effect<OpenedSource, ContextUnavailable | StorageFailure, OpenServices | Scope.Scope> => {
  switch (source.of) {
    case "folder":
      return Effect.succeed({ path: source.path, foreign: false })
    case "bytes":
      return Effect.flatMap(readBytes(source.called, source.bytes), opened)
    case "repository":
      return Effect.map(
        checkout(source.address, { env, keepGitDir, ssh: "as the user" }),
        ({ commit, committedAt, path }) => ({
          path,
          commit,
          committedAt,
          foreign: true
        })
      )
    case "download":
      return Effect.flatMap(downloaded(source.url), opened)
  }
}

const opened = (found: BytesContext) =>
  found.is === "tree"
    ? Effect.succeed({ path: found.path, foreign: true })
    : Effect.map(scopedFolder, (folder) => {
        const path = join(folder, "empty")
        mkdirSync(path, { mode: 0o755 })
        return { path, foreign: true, dockerfile: found.text }
      })

const downloaded = (
  url: URL
): Effect.Effect<BytesContext, ContextUnavailable | StorageFailure, Downloads | Settings | Scope.Scope> =>
  Effect.gen(function* () {
    const called = withoutPassword(url.href)
    const answer = yield* (yield* Downloads).get(url)
    if (Option.isNone(answer)) return yield* new DownloadFailed({ address: called, why: "the server sent nothing" })
    return yield* readBytes(called, Stream.toAsyncIterable(answer.value.body))
  }).pipe(
    Effect.catchTag("DownloadFailed", (cause) =>
      Effect.fail(new ContextUnavailable({ context: cause.address, why: cause.why, cause }))
    )
  )

/**
 * Where a path of a source leads on this machine: absolute. In foreign files links are followed as in a container whose
 * root they are; undefined when there is nothing.
 */
export const placeIn = (
  { foreign, path: root }: Pick<OpenedSource, "foreign" | "path">,
  path: string
): string | undefined => {
  if (!foreign) return join(root, path)
  const entry = Either.getOrUndefined(resolve(open(root), path))
  return entry === undefined || !isThere(entry) ? undefined : join(root, entry.path)
}
