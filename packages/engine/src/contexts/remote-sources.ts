import { createWriteStream } from "node:fs"
import { utimes } from "node:fs/promises"
import { join } from "node:path"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { open } from "@gantry/build/context/ContextTree"
import { remoteKind, withoutPassword } from "@gantry/build/graph/remote-source"
import { type BuildContext, ofTree } from "@gantry/build/solve/BuildContext"
import { type RemoteFound, type RemoteWanted, SourceUnavailable } from "@gantry/build/solve/Sources"
import { digest as asDigest, ofBytes } from "@gantry/core/image/Digest"
import { DownloadFailed } from "@gantry/core/download/Downloads"
import type { Settings } from "@gantry/core/Settings"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { BlobCorrupt, storageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { fetchFile, type FetchedFile, type FetchServices, findFile } from "./fetched-files.ts"
import { parseGitAddress, protocolOf } from "./git-address.ts"
import { checkout, findCommit } from "./git-checkout.ts"
import type { GitHome } from "./run-git.ts"
import { type Agent } from "../ssh/Agent.ts"
import { serveAgent } from "../ssh/serve-agent.ts"
import { scopedFolder } from "./scoped-folder.ts"

/** What surrounds the sources of a build. */
export interface RemoteOptions {
  /** Variables of the caller that git may need. */
  readonly env: GitHome["env"]
  /** The agent `default`, with which a Dockerfile may log in by ssh; without it, not at all. */
  readonly agent?: Agent
  /** Where files stay until the build ends. */
  readonly scope: Scope.Scope
}

/** Finds what is at an address that a Dockerfile names. The Dockerfile is not trusted. */
export const findRemote = (
  wanted: RemoteWanted,
  options: RemoteOptions
): Effect.Effect<RemoteFound, SourceUnavailable, FetchServices> =>
  remoteKind(wanted.source) === "repository" ? repository(wanted, options) : download(wanted, options)

const failing =
  (source: string) =>
  (cause: { readonly message: string; readonly why?: string }): SourceUnavailable =>
    cause instanceof SourceUnavailable
      ? cause
      : new SourceUnavailable({ source: withoutPassword(source), why: whyOf(cause), cause })

const whyOf = (cause: { readonly message: string; readonly why?: string }): string => {
  if (cause instanceof BlobCorrupt) return `its digest is ${cause.actual}, and --checksum says ${cause.expected}`
  return cause instanceof DownloadFailed && cause.why !== undefined ? cause.why : (cause.why ?? cause.message)
}

/** The last name in the path of an address; empty when there is none. */
const nameOf = (url: URL): string => {
  const last = url.pathname.split("/").at(-1) ?? ""
  try {
    const name = decodeURIComponent(last)
    return name === "." || name === ".." || /[/\0]/.test(name) ? "" : name
  } catch {
    return last
  }
}

const download = (
  { checksum, source }: RemoteWanted,
  { scope }: RemoteOptions
): Effect.Effect<RemoteFound, SourceUnavailable, FetchServices> =>
  Effect.gen(function* () {
    if (!URL.canParse(source)) return yield* new SourceUnavailable({ source, why: "it is no address" })
    const url = new URL(source)
    const services = yield* Effect.context<FetchServices>()
    const file = yield* findFile(url, checksum === "" ? undefined : asDigest(checksum))
    const name = nameOf(url)
    return {
      kind: "download",
      name,
      content: file.digest,
      shown: file.digest,
      open: (file.changedAt === undefined ? fetchFile(url, file.digest) : Effect.succeed(file)).pipe(
        Effect.flatMap((fetched) => written(fetched, name === "" ? "file" : name)),
        Effect.provide(services),
        Effect.provideService(Scope.Scope, scope),
        Effect.mapError(failing(source))
      )
    } satisfies RemoteFound
  }).pipe(Effect.mapError(failing(source)))

/** The file as a context of its own: mode 0600, and the time that the server says. */
const written = ({ changedAt, digest }: FetchedFile, name: string) =>
  Effect.gen(function* () {
    const blobs = yield* BlobStore
    const folder = yield* scopedFolder
    const path = join(folder, name)
    const bytes = Stream.toAsyncIterable(blobs.read(digest))
    yield* Effect.tryPromise({
      try: async () => {
        await pipeline(Readable.from(bytes), createWriteStream(path, { flags: "wx", mode: 0o600 }))
        await utimes(path, changedAt, changedAt)
      },
      catch: storageFailure("stage", path)
    })
    const context = ofTree(open(folder))
    // The store has hashed it.
    return { ...context, fileDigest: () => Either.right(digest) } satisfies BuildContext
  })

const repository = (
  { checksum, commit: meant, keepGitDir, source }: RemoteWanted,
  { agent, env, scope }: RemoteOptions
): Effect.Effect<RemoteFound, SourceUnavailable, Settings> =>
  Effect.gen(function* () {
    const asked = yield* Either.mapLeft(
      parseGitAddress(source),
      (why) => new SourceUnavailable({ source: withoutPassword(source), why })
    )
    const address = meant === undefined ? asked : { ...asked, ref: meant }
    if (protocolOf(address) === "ssh" && agent === undefined) {
      // A Dockerfile that anybody wrote would otherwise log in anywhere with the keys of whoever builds it.
      return yield* new SourceUnavailable({
        source: withoutPassword(source),
        why: "a Dockerfile may use ssh keys that are given to it only: --ssh default, or --ssh default=KEY"
      })
    }
    const services = yield* Effect.context<Settings>()
    const login = Effect.map(agent === undefined ? Effect.succeed(undefined) : serveAgent(agent), (socket) => ({
      env,
      ssh: { socket }
    }))
    const commit = yield* Effect.scoped(Effect.flatMap(login, (each) => findCommit(address, each)))
    if (!commit.startsWith(checksum)) {
      return yield* new SourceUnavailable({
        source: withoutPassword(source),
        why: `it is at commit ${commit}, and --checksum says ${checksum}`
      })
    }
    const { directory } = address
    return {
      kind: "repository",
      name: "",
      content: ofBytes(JSON.stringify([commit, directory, keepGitDir])),
      shown: `commit:${commit}`,
      open: Effect.flatMap(login, (each) =>
        checkout({ ...address, ref: commit }, { ...each, keepGitDir, commit })
      ).pipe(
        Effect.map(({ path }) => ofTree(open(path))),
        Effect.provide(services),
        Effect.provideService(Scope.Scope, scope),
        Effect.mapError(failing(source))
      )
    } satisfies RemoteFound
  }).pipe(Effect.mapError(failing(source)))
