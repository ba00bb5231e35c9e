import { open } from "@gantry/build/context/ContextTree"
import { ownModes, workTreeModes } from "@gantry/build/context/file-modes"
import { remoteKind, withoutPassword } from "@gantry/build/graph/remote-source"
import { ofTree } from "@gantry/build/solve/BuildContext"
import { type SourcesShape, SourceUnavailable } from "@gantry/build/solve/Sources"
import { digest, isDigest } from "@gantry/core/image/Digest"
import { BlobStore } from "@gantry/core/store/BlobStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { describeProblem } from "@gantry/build/context/ContextProblem"
import { compileIgnoreFile, nothingIgnored } from "@gantry/build/context/ignore-file"
import { readIgnoreFile } from "@gantry/build/context/read-ignore-file"
import * as Either from "effect/Either"
import type { Agent } from "../ssh/Agent.ts"
import { capabilityOf } from "./capability-of.ts"
import type { NamedSource } from "./ContextSource.ts"
import { type FetchServices, isFetched } from "./fetched-files.ts"
import { isCommit, parseGitAddress } from "./git-address.ts"
import { keepsGitDir } from "./keeps-git-dir.ts"
import { openSource, placeIn } from "./open-source.ts"
import { rememberedDigests } from "./remembered-digests.ts"
import { findRemote } from "./remote-sources.ts"

/** What a build says about its sources. */
export interface SourcesRequest {
  readonly contexts?: ReadonlyMap<string, NamedSource>
  readonly env?: { readonly [name: string]: string | undefined }
  readonly buildArgs: ReadonlyMap<string, string>
  readonly agents?: ReadonlyMap<string, Agent>
}

/**
 * Named contexts and addresses, brought here when they are first wanted and kept until the scope closes. `begin` is
 * done before anything is fetched. `keep`: what is learned of files is recorded.
 */
export const make = (
  request: SourcesRequest,
  begin: Effect.Effect<void, StorageFailure>,
  keep = true
): Effect.Effect<SourcesShape, never, FetchServices | Scope.Scope> =>
  Effect.gen(function* () {
    const services = yield* Effect.context<FetchServices | Scope.Scope>()
    const scope = yield* Effect.scope
    const env = request.env ?? {}
    const agent = request.agents?.get("default")
    return {
      named: (name) => Effect.provide(named(name, request, keep), services),
      remote: (wanted) =>
        Effect.zipRight(
          Effect.mapError(begin, failing(wanted.source)),
          Effect.provide(findRemote(wanted, { env, scope, ...(agent === undefined ? {} : { agent }) }), services)
        )
    }
  })

/** The same for builds that only look: of addresses, what can be known without a network. */
export const peek = (request: SourcesRequest): Effect.Effect<SourcesShape, never, FetchServices | Scope.Scope> =>
  Effect.flatMap(make(request, Effect.void, false), (all) =>
    offline(all, "what is there now is not known, and nothing is fetched to look")
  )

/** What can be known, and had, without a network; `why` is said of everything else. */
export const offline = (
  { named, remote }: SourcesShape,
  why: string
): Effect.Effect<SourcesShape, never, FetchServices> =>
  Effect.map(Effect.context<FetchServices>(), (services) => ({
    named,
    remote: (wanted) =>
      Effect.gen(function* () {
        const blobs = yield* BlobStore
        const { checksum, commit, source } = wanted
        const away = new SourceUnavailable({ source: withoutPassword(source), why })
        if (remoteKind(source) === "repository") {
          if (!isCommit(commit ?? Either.getOrUndefined(parseGitAddress(source))?.ref ?? "")) return yield* away
          // Known, but not here: a step that needs its files is not cached.
          return { ...(yield* remote(wanted)), open: Effect.fail(away) }
        }
        const isHere =
          isDigest(checksum) && Option.isSome(yield* Effect.mapError(blobs.size(digest(checksum)), failing(source)))
        if (!isHere) return yield* away
        const found = yield* remote(wanted)
        const isWhole = yield* Effect.mapError(isFetched(new URL(source), checksum), failing(source))
        return isWhole ? found : { ...found, open: Effect.fail(away) }
      }).pipe(Effect.provide(services))
  }))

const failing = (source: string) => (cause: { readonly message: string }) =>
  new SourceUnavailable({ source: withoutPassword(source), why: cause.message, cause })

/** Opens a named context. Its own ignore file applies to it. */
const named = (name: string, { buildArgs, contexts, env = {} }: SourcesRequest, keep: boolean) =>
  Effect.gen(function* () {
    const source = contexts?.get(name)
    if (source === undefined || source.of === "image") {
      return yield* new SourceUnavailable({ source: name, why: "there is no context of that name" })
    }
    const opened = yield* openSource(source, { env, keepGitDir: keepsGitDir(buildArgs) }).pipe(
      Effect.mapError((cause) => {
        const hint = cause._tag === "ContextUnavailable" ? cause.hint : undefined
        return new SourceUnavailable({
          source: name,
          why: cause.message,
          ...(hint === undefined ? {} : { hint }),
          cause
        })
      })
    )
    if (opened.dockerfile !== undefined) {
      return yield* new SourceUnavailable({ source: name, why: "it is neither a directory nor an archive" })
    }
    const wrong = (why: string) => new SourceUnavailable({ source: name, why })
    const found = readIgnoreFile({ root: opened.path, place: (path) => placeIn(opened, path) })
    if (Either.isLeft(found)) return yield* wrong(describeProblem(found.left))
    const rules = found.right === undefined ? Either.right(nothingIgnored) : compileIgnoreFile(found.right.text)
    if (Either.isLeft(rules)) return yield* wrong(`its ignore file: ${rules.left[0].message}`)
    const memo = source.of === "folder" ? yield* rememberedDigests(source.path, keep) : undefined
    return ofTree(
      open(opened.path, rules.right, { modes: opened.foreign ? ownModes : workTreeModes(opened.path) }),
      memo,
      capabilityOf
    )
  })
