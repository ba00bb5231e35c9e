/** A build without a disk: files, images and layers are values, and what a command makes is what it was given. */
import { type Clock, Effect, Either, Option } from "effect"
import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import type { Platform } from "@gantry/core/image/Platform"
import { Locks } from "@gantry/core/Locks"
import { BuildCache, type BuildCacheShape } from "@gantry/core/store/BuildCache"
import { type LayerInfo, LayerStore, type LayerStoreShape, type Stack } from "@gantry/core/store/LayerStore"
import * as RisingClock from "@gantry/laws/RisingClock"
import * as MemoryCache from "@gantry/plugin-memory/MemoryCache"
import * as MemoryLocks from "@gantry/plugin-memory/MemoryLocks"
import type { ContextEntry, ContextTree } from "../../src/context/ContextTree.ts"
import { compileIgnoreFile, nothingIgnored } from "../../src/context/ignore-file.ts"
import { parse } from "../../src/dockerfile/parse.ts"
import { type LowerOptions, lower } from "../../src/graph/lower.ts"
import { type BuildContext, ofTree } from "../../src/solve/BuildContext.ts"
import { BaseResolver, BaseUnavailable } from "../../src/solve/BaseResolver.ts"
import type { SolveEvent } from "../../src/solve/SolveEvent.ts"
import {
  type CopyRequest,
  type RunRequest,
  StepExecutor,
  StepFailed,
  type WorkdirRequest
} from "../../src/solve/StepExecutor.ts"
import { plan, solve, type SolveRequest } from "../../src/solve/Solver.ts"

export const linux: Platform = { os: "linux", architecture: "amd64" }

/** Path to content, or to content and mode. */
export type Files = { readonly [path: string]: string | { readonly text: string; readonly mode: number } }

const textOf = (file: Files[string] | undefined) => (typeof file === "object" ? file.text : (file ?? ""))

/** A context of files that are all in memory; parent directories are there by themselves. */
export const contextOf = (files: Files, ignore = ""): BuildContext => {
  const entries = new Map<string, ContextEntry>()
  const add = (path: string, type: "file" | "dir", mode: number, size: number) =>
    entries.set(path, {
      path,
      type,
      mode,
      size,
      uid: 7,
      gid: 7,
      mtimeNs: 1n,
      ctimeNs: 1n,
      dev: 1n,
      ino: BigInt(entries.size)
    })
  add("", "dir", 0o755, 0)
  for (const [path, file] of Object.entries(files)) {
    const names = path.split("/")
    for (let depth = 1; depth < names.length; depth++) {
      const directory = names.slice(0, depth).join("/")
      if (!entries.has(directory)) add(directory, "dir", 0o755, 0)
    }
    add(path, "file", typeof file === "object" ? file.mode : 0o644, textOf(file).length)
  }
  const all = [...entries.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const tree: ContextTree = {
    root: "/nowhere",
    ignore: ignore === "" ? nothingIgnored : Either.getOrThrow(compileIgnoreFile(ignore)),
    list: (directory) =>
      Either.right(
        all.filter(({ path }) => path !== "" && path.slice(0, Math.max(0, path.lastIndexOf("/"))) === directory)
      ),
    stat: (path) => Either.right(entries.get(path))
  }
  return {
    ...ofTree(tree),
    fileDigest: ({ path }) => Either.right(ofBytes(textOf(files[path]))),
    unchanged: () => true
  }
}

/** A record store that counts what is asked of it. Every layer is there, but those that are `lost`. */
export const memoryCache = () => {
  const lost = new Set<Digest>()
  const layers = {
    get: (diffId: Digest) => Effect.sync(() => (lost.has(diffId) ? Option.none() : Option.some(layerOf(diffId))))
  }
  const cache = Effect.runSync(
    Effect.provideService(MemoryCache.make, LayerStore, layers as unknown as LayerStoreShape)
  )
  const count = { get: 0, put: 0, use: 0 }
  const counted: BuildCacheShape = {
    ...cache,
    get: (key) => Effect.suspend(() => (count.get++, cache.get(key))),
    put: (added) => Effect.suspend(() => (count.put++, cache.put(added))),
    use: (steps, at) => Effect.suspend(() => (count.use++, cache.use(steps, at)))
  }
  return { cache: counted, count, lost, locks: Effect.runSync(MemoryLocks.make) }
}

const layerOf = (diffId: Digest): LayerInfo => ({ diffId, size: 1, entries: 1 })

export interface Machine extends ReturnType<typeof memoryCache> {
  readonly clock: Clock.Clock
  readonly images: Map<string, Partial<ImageConfig["config"]>>
  /** Requests in the order they came. */
  readonly runs: Array<RunRequest>
  readonly copies: Array<CopyRequest>
  readonly workdirs: Array<WorkdirRequest>
  /** Commands that fail, by a part of their text. */
  readonly broken: Set<string>
  /** What copies take of another tree; by default all of it counts. */
  contentOf: (stack: Stack, sources: ReadonlyArray<string>) => Digest
  /** Asked at the beginning of every command. */
  beforeRun: (request: RunRequest) => Effect.Effect<void>
}

export const machine = (): Machine => ({
  ...memoryCache(),
  clock: RisingClock.make(),
  images: new Map([["alpine", { Env: ["PATH=/bin"], Cmd: ["/bin/sh"] }]]),
  runs: [],
  copies: [],
  workdirs: [],
  broken: new Set(),
  contentOf: (stack, sources) => ofBytes(JSON.stringify([stack, sources])),
  beforeRun: () => Effect.void
})

/** The image of a name: its ID depends on its settings alone. */
export const baseOf = (name: string, config: Partial<ImageConfig["config"]>) => {
  const layer = ofBytes(`layer of ${name}`)
  const image: ImageConfig = {
    created: "2020-01-01T00:00:00Z",
    architecture: "amd64",
    os: "linux",
    config,
    rootfs: { type: "layers", diff_ids: [layer] },
    history: [{ created: "2020-01-01T00:00:00Z", created_by: `the making of ${name}` }]
  }
  return { digest: ofBytes(JSON.stringify([name, image])), config: image, stack: [layer] }
}

const made = (what: unknown) => {
  const diffId = ofBytes(JSON.stringify(what, (_, value) => (typeof value === "bigint" ? String(value) : value)))
  return Option.some({ diffId, size: 1, entries: 1 })
}

export const graphOf = (text: string, options: Partial<LowerOptions> = {}) =>
  Either.getOrThrowWith(
    Either.flatMap(parse(text), (file) => lower(file, { text, platform: linux, ...options })),
    (problems) => new Error(problems.map(({ message }) => message).join("\n"))
  )

export interface Build
  extends Partial<Omit<SolveRequest, "context">>, Pick<Partial<LowerOptions>, "buildArgs" | "target"> {
  readonly files?: Files
  readonly ignore?: string
  readonly context?: BuildContext
}

/** Builds a Dockerfile on a machine. */
export const build = (on: Machine, text: string, how: Build = {}) => {
  const events: Array<SolveEvent> = []
  return solve(requestOf(text, { onEvent: (event) => events.push(event), ...how })).pipe(
    Effect.map((result) => ({
      ...result,
      events,
      ran: result.steps.filter(({ how: was }) => was !== "cached").map(({ step }) => step.text)
    })),
    onMachine(on)
  )
}

/** Plans a Dockerfile on a machine. */
export const planned = (on: Machine, text: string, how: Build = {}) => plan(requestOf(text, how)).pipe(onMachine(on))

const requestOf = (text: string, { buildArgs, context, files = {}, ignore, target, ...more }: Build): SolveRequest => ({
  graph: graphOf(text, {
    ...(buildArgs === undefined ? {} : { buildArgs }),
    ...(target === undefined ? {} : { target })
  }),
  context: context ?? contextOf(files, ignore),
  jobs: 2,
  scope: "test",
  ...more
})

const onMachine =
  (on: Machine) =>
  <A, E>(work: Effect.Effect<A, E, BuildCache | BaseResolver | Locks | StepExecutor>): Effect.Effect<A, E> =>
    work.pipe(
      Effect.withClock(on.clock),
      Effect.provideService(BuildCache, on.cache),
      Effect.provideService(Locks, on.locks),
      Effect.provideService(BaseResolver, {
        resolve: (reference) => {
          const config = on.images.get(reference)
          return config === undefined
            ? Effect.fail(new BaseUnavailable({ reference, why: "there is no such image" }))
            : Effect.succeed(baseOf(reference, config))
        }
      }),
      Effect.provideService(StepExecutor, {
        run: (request) =>
          Effect.gen(function* () {
            on.runs.push(request)
            yield* on.beforeRun(request)
            const command = request.argv.join(" ")
            if ([...on.broken].some((part) => command.includes(part))) {
              return yield* new StepFailed({ why: `${command} ended with status 3`, exitCode: 3 })
            }
            return command.includes("true") ? Option.none() : made(request)
          }),
        copy: (request) => Effect.sync(() => (on.copies.push(request), made(request))),
        workdir: (request) => Effect.sync(() => (on.workdirs.push(request), made(request))),
        contentOf: ({ sources, stack }) => Effect.sync(() => on.contentOf(stack, sources))
      })
    )

export const keysOf = (result: { readonly steps: ReadonlyArray<{ readonly key?: Digest }> }) =>
  result.steps.map(({ key }) => key)
