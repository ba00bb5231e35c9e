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
import type { GitAddress } from "./ContextSource.ts"
import { fetchFile, type FetchedFile, type FetchServices, findFile } from "./fetched-files.ts"
import { parseGitAddress, protocolOf } from "./git-address.ts"
import { checkout, findObject } from "./git-checkout.ts"
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
  (cause: { readonly message: string; readonly why?: string; readonly hint?: string }): SourceUnavailable =>
    cause instanceof SourceUnavailable
      ? cause
      : new SourceUnavailable({
          source: withoutPassword(source),
          why: whyOf(cause),
          ...(cause.hint === undefined ? {} : { hint: cause.hint }),
          cause
        })

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
  { checksum, commit: meant, keepGitDir: asked, source }: RemoteWanted,
  { agent, env, scope }: RemoteOptions
): Effect.Effect<RemoteFound, SourceUnavailable, Settings> =>
  Effect.gen(function* () {
    const away = (why: string) => new SourceUnavailable({ source: withoutPassword(source), why })
    const address = yield* Either.mapLeft(parseGitAddress(source), away)
    if (protocolOf(address) === "ssh" && agent === undefined) {
      // A Dockerfile that anybody wrote would otherwise log in anywhere with the keys of whoever builds it.
      return yield* away("a Dockerfile may use ssh keys that are given to it only: --ssh default, or --ssh default=KEY")
    }
    const said = address.checksum ?? ""
    if (checksum !== "" && said !== "" && said !== checksum) {
      return yield* away(`--checksum says ${checksum}, and its own address ${said}`)
    }
    if (asked !== undefined && address.keepGitDir !== undefined && asked !== address.keepGitDir) {
      return yield* away(`--keep-git-dir=${asked} conflicts with keep-git-dir in its address`)
    }
    const keepGitDir = address.keepGitDir ?? asked ?? false
    const services = yield* Effect.context<Settings>()
    const login = Effect.map(agent === undefined ? Effect.succeed(undefined) : serveAgent(agent), (socket) => ({
      env,
      ssh: { socket }
    }))
    const now =
      meant === undefined
        ? yield* Effect.scoped(Effect.flatMap(login, (each) => findObject(address, each)))
        : { object: meant, commit: undefined }
    const promised = checksum === "" ? said : checksum
    // What a lock file says may be a tag, whose commit is not known before it is here.
    const known = [now.object, now.commit ?? ""]
    const isTag = address.ref?.startsWith("refs/tags/") === true
    if (!known.some((each) => each.startsWith(promised)) && !(isTag && now.commit === undefined)) {
      const says = checksum === "" ? "its address" : "--checksum"
      return yield* away(`it is at commit ${now.commit ?? now.object}, and ${says} says ${promised}`)
    }
    // Of an annotated tag only a kept .git has more than the commit, unless it is the tag itself that was promised.
    const copied = keepGitDir || now.commit?.startsWith(promised) !== true ? now.object : now.commit
    return {
      kind: "repository",
      name: "",
      content: contentOf(address, copied, keepGitDir),
      shown: `commit:${copied}`,
      open: Effect.flatMap(login, (each) =>
        checkout(address, { ...each, keepGitDir, object: now.object, checksum: promised })
      ).pipe(
        Effect.map(({ path }) => ofTree(open(path))),
        Effect.provide(services),
        Effect.provideService(Scope.Scope, scope),
        Effect.mapError(failing(source))
      )
    } satisfies RemoteFound
  }).pipe(Effect.mapError(failing(source)))

/** Stands for the files that are copied of a commit or tag. */
const contentOf = ({ directory, ref = "", remote, submodules }: GitAddress, object: string, keepGitDir: boolean) =>
  ofBytes(
    JSON.stringify([
      object,
      directory,
      keepGitDir,
      ...(submodules === false ? ["no submodules"] : []),
      // A kept .git says where it is from, and which tag it is.
      ...(keepGitDir ? ["settled", withoutPassword(remote), ref.startsWith("refs/tags/") ? ref : ""] : [])
    ])
  )
