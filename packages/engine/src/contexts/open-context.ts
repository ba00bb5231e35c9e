import { describeProblem, whyUnreadable } from "@gantry/build/context/ContextProblem"
import { type ContextTree, open } from "@gantry/build/context/ContextTree"
import { ownModes, workTreeModes } from "@gantry/build/context/file-modes"
import { compileIgnoreFile, nothingIgnored } from "@gantry/build/context/ignore-file"
import { readIgnoreFile } from "@gantry/build/context/read-ignore-file"
import { readText, textLimit } from "@gantry/core/read-text"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import { BadBuildFile } from "./BadBuildFile.ts"
import { type ContextSource, ContextUnavailable } from "./ContextSource.ts"
import { openSource, type OpenedSource, type OpenOptions, type OpenServices, placeIn } from "./open-source.ts"

/** Where the Dockerfile is: on this machine, at a path of the context, or here as text; by the usual names when absent. */
export type DockerfileSource =
  | { readonly path: string }
  | { readonly inside: string }
  | { readonly text: string; readonly shown: string }

/** A build's files as asked for. */
export interface ContextRequest extends OpenOptions {
  readonly context: ContextSource
  readonly dockerfile?: DockerfileSource
  /** Told of each socket among the files, which is left out. */
  readonly onSocket?: (path: string) => void
  /** The usual Dockerfile may be missing: only the files are looked at. */
  readonly withoutDockerfile?: boolean
}

/** An ignore file that applies. */
export interface AppliedIgnoreFile {
  /** As shown to the user: absolute, or for files from elsewhere relative to the context. */
  readonly path: string
  readonly rules: number
}

/** A context that is open, and the Dockerfile with it. */
export interface OpenedContext {
  readonly tree: ContextTree
  /** `place`: its path, when it is a file. */
  readonly dockerfile: { readonly text: string; readonly shown: string; readonly place?: string }
  readonly ignoreFile?: AppliedIgnoreFile
  /** What was checked out, when it is a repository. */
  readonly commit?: string
  /** When that was committed, in seconds since 1970. */
  readonly committedAt?: number
  /** The files are those of an archive, with its times. */
  readonly fromArchive: boolean
}

/** Names a Dockerfile has when nobody says another; the first that is there is taken. */
export const usualNames = ["Dockerfile", "Containerfile"] as const

/**
 * Opens the context of a build and reads its Dockerfile and its ignore file, in one way for all kinds of contexts.
 * Neither file has to be among those that the ignore file leaves in.
 */
export const openContext = (
  request: ContextRequest
): Effect.Effect<OpenedContext, BadBuildFile | ContextUnavailable | StorageFailure, OpenServices | Scope.Scope> =>
  Effect.gen(function* () {
    const source = yield* openSource(request.context, request)
    const found = dockerfileOf(source, request.dockerfile)
    const none: FoundDockerfile = { text: "", shown: usualNames[0] }
    const { place, ...dockerfile } = yield* request.withoutDockerfile === true && request.dockerfile === undefined
      ? Effect.catchIf(
          found,
          (failure) => failure.why === notThere,
          () => Effect.succeed(none)
        )
      : found
    const ignored = readIgnoreFile({
      root: source.path,
      place: (path) => placeIn(source, path),
      ...(place === undefined ? {} : { dockerfile: place })
    })
    if (Either.isLeft(ignored)) {
      const problem = ignored.left
      const unread = problem._tag === "ContextUnreadable"
      return yield* new BadBuildFile({
        path: shownIn(source, unread ? problem.path : source.path),
        why: unread ? whyUnreadable(problem.code) : describeProblem(problem),
        hint: "make it a plain file that you may read, or remove it",
        diagnostics: []
      })
    }
    const seen = {
      modes: source.foreign ? ownModes : workTreeModes(source.path),
      ...(request.onSocket === undefined ? {} : { onSocket: request.onSocket })
    }
    const opened = {
      dockerfile: { ...dockerfile, ...(place === undefined ? {} : { place }) },
      ...(source.commit === undefined ? {} : { commit: source.commit }),
      ...(source.committedAt === undefined ? {} : { committedAt: source.committedAt }),
      fromArchive: source.foreign && source.commit === undefined && source.dockerfile === undefined
    }
    if (ignored.right === undefined) return { ...opened, tree: open(source.path, nothingIgnored, seen) }
    const path = shownIn(source, ignored.right.path)
    const compiled = compileIgnoreFile(ignored.right.text)
    if (Either.isLeft(compiled)) return yield* new BadBuildFile({ path, diagnostics: compiled.left })
    return {
      ...opened,
      tree: open(source.path, compiled.right, seen),
      ignoreFile: { path, rules: compiled.right.rules.length }
    }
  })

/** A path of files that come from elsewhere says nothing about where they are for now. */
const shownIn = ({ foreign, path: root }: OpenedSource, path: string): string =>
  foreign && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path

interface FoundDockerfile {
  readonly text: string
  readonly shown: string
  /** Where its own ignore file would stand beside it. */
  readonly place?: string
}

const dockerfileOf = (
  source: OpenedSource,
  asked: DockerfileSource | undefined
): Effect.Effect<FoundDockerfile, BadBuildFile | ContextUnavailable> =>
  Effect.suspend((): Effect.Effect<FoundDockerfile, BadBuildFile | ContextUnavailable> => {
    if (source.dockerfile !== undefined) {
      return asked === undefined
        ? Effect.succeed({ text: source.dockerfile, shown: "Dockerfile" })
        : Effect.fail(
            new ContextUnavailable({
              context: "path" in asked ? asked.path : "inside" in asked ? asked.inside : asked.shown,
              why: "the context is itself a Dockerfile, so no other can be named",
              hint: "leave -f out, or give a context that holds files"
            })
          )
    }
    if (asked === undefined) return usual(source)
    if ("text" in asked) return Effect.succeed(asked)
    if ("path" in asked) return read(asked.path, asked.path, true)
    const place = placeIn(source, asked.inside)
    return place === undefined ? missing(asked.inside) : read(place, shownIn(source, place))
  })

const usual = (source: OpenedSource): Effect.Effect<FoundDockerfile, BadBuildFile> => {
  const [first, ...others] = usualNames.map((name) => placeIn(source, name))
  const at = (place: string | undefined) =>
    place === undefined ? missing(usualNames[0]) : read(place, shownIn(source, place))
  return others.reduce<Effect.Effect<FoundDockerfile, BadBuildFile>>(
    (found, next) =>
      Effect.catchIf(
        found,
        ({ why }) => why === notThere,
        // When there is neither, the usual one is missed.
        (failure) => Effect.mapError(at(next), (other) => (other.why === notThere ? failure : other))
      ),
    at(first)
  )
}

const notThere = "there is no such file"

const missing = (path: string): Effect.Effect<never, BadBuildFile> =>
  Effect.fail(new BadBuildFile({ path, why: notThere, diagnostics: [] }))

const read = (place: string, shown: string, named = false): Effect.Effect<FoundDockerfile, BadBuildFile> =>
  Effect.try({
    try: () => ({ text: readText(place, { named }), shown, place }),
    catch: (cause) =>
      new BadBuildFile({
        path: shown,
        why: whyUnread(cause),
        diagnostics: []
      })
  })

const whyUnread = (cause: unknown): string => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined
  if (code === "ENOENT") return notThere
  if (code === "EISDIR") return "it is a directory"
  if (code === "ENOTSUP") return "it is a pipe or a device"
  if (code === "EFBIG") return `it is longer than a Dockerfile can be (${textLimit} bytes)`
  return code === "EACCES" ? "you may not read it" : String(cause)
}
