import type { BaseResolverShape } from "@gantry/build/solve/BaseResolver"
import type { SolveEvent } from "@gantry/build/solve/SolveEvent"
import { isSettled } from "@gantry/build/context/content-digest"
import { isInWorkTree } from "@gantry/build/context/file-modes"
import type { ContextTree } from "@gantry/build/context/ContextTree"
import type { Digest } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { Database } from "@gantry/core/state/Database"
import { BuildCache, type BuildCacheShape, type StepKey, type StepPlace } from "@gantry/core/store/BuildCache"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { BuildRequest } from "../builds/BuildRequest.ts"
import { shownOf } from "../builds/read-request.ts"
import { contextText } from "../contexts/ContextSource.ts"
import { namesPlace } from "../images/ensure-image.ts"
import { nameOf } from "../images/image-rows.ts"
import type { NoteInput } from "../lock/lock-bases.ts"
import { type LockedInput, lockSuffix } from "../lock/LockFile.ts"
import type { Built } from "../verbs/build.ts"
import type { Grounds } from "./Grounds.ts"
import { textAt } from "./ground-texts.ts"
import { groundsTable, onlyTo, whereNameLeads, writeGrounds } from "./grounds-rows.ts"
import { type NotedLooks, noteLooks } from "./note-looks.ts"
import { textPaths } from "./text-paths.ts"

/** A build from files of this machine. */
export type FolderRequest = BuildRequest & { readonly context: { readonly of: "folder"; readonly path: string } }

/** A build that is told how it is watched. */
export type WatchedBuild<E, R> = (request: BuildRequest, onInput: NoteInput) => Effect.Effect<Built, E, R>

/**
 * Does a build, and keeps what it rested on when all of it is cached now and nothing else can have had a say in it. What can
 * not be kept is no failure of the build: the next one is worked out as ever.
 */
export const keepGrounds = <E, R>(
  key: string,
  request: FolderRequest,
  onInput: NoteInput,
  build: WatchedBuild<E, R>
): Effect.Effect<Built, E, BuildCache | Database | Exclude<R, BuildCache>> =>
  Effect.gen(function* () {
    const db = yield* Database
    const watch = new Watch(request)
    const bases = (plain: BaseResolverShape): BaseResolverShape => ({
      resolve: (reference, platform) =>
        Effect.tap(plain.resolve(reference, platform), (found) =>
          Effect.suspend(() => {
            const name = nameIn(reference, request.bases?.cwd)
            if (name === undefined) return Effect.sync(watch.refuse)
            return db.read("images", (tx) => watch.base(found.digest, name, whereNameLeads(tx, name)))
          }).pipe(Effect.orElse(() => Effect.sync(watch.refuse)))
        )
    })
    const cache = watch.cache(yield* BuildCache)
    const watched = { ...request, onEvent: watch.event, onWarning: watch.warning, seen: { tree: watch.tree, bases } }
    const began = yield* Clock.currentTimeMillis
    const built = yield* build(watched, (input) => {
      watch.input(input)
      onInput(input)
    }).pipe(Effect.provideService(BuildCache, cache))
    const now = yield* Clock.currentTimeMillis
    const grounds = yield* Effect.sync(() => watch.grounds(built, { began, now }))
    if (grounds === undefined) return built
    yield* Effect.ignore(
      Effect.zipRight(
        db.migrate(groundsTable),
        db.write("the grounds of a build", (tx) => {
          if (grounds.names.every(({ leads, name }) => whereNameLeads(tx, name) === leads))
            writeGrounds(tx, key, grounds)
        })
      )
    )
    return built
  })

/** The complete name of an image; undefined for what is no name, or says otherwise what it means. */
const nameIn = (reference: string, cwd: string | undefined): string | undefined => {
  const ref = Either.getOrUndefined(ImageRef.parse(reference))
  return ref === undefined || ref.digest !== undefined || namesPlace(reference, cwd) ? undefined : nameOf(ref)
}

/** Takes in what a build looks at. */
class Watch {
  readonly #request: FolderRequest
  readonly #events: Array<SolveEvent> = []
  readonly #inputs: Array<LockedInput> = []
  readonly #names = new Map<string, string>()
  readonly #bases = new Set<Digest>()
  readonly #used: Array<{ readonly key: StepKey; readonly place: StepPlace }> = []
  readonly #before: ReturnType<typeof texts>
  readonly #inWorkTree: boolean
  #looks: NotedLooks | undefined
  #refused = false

  constructor(request: FolderRequest) {
    this.#request = request
    this.#before = texts(request)
    this.#inWorkTree = isInWorkTree(request.context.path)
  }

  readonly refuse = (): void => {
    this.#refused = true
  }

  readonly event = (event: SolveEvent): void => {
    this.#events.push(event)
    this.#request.onEvent(event)
  }

  readonly warning = (text: string): void => {
    this.refuse()
    this.#request.onWarning(text)
  }

  readonly input = (input: LockedInput): void => {
    // What others keep is asked for by every build.
    if (input.kind !== "image") this.refuse()
    this.#inputs.push(input)
  }

  readonly tree = (tree: ContextTree): ContextTree => {
    this.#looks = noteLooks(tree)
    return this.#looks.tree
  }

  readonly base = (id: Digest, name: string, leads: string): void => {
    const known = this.#names.get(name)
    if (!leads.includes(id) || (known !== undefined && known !== leads)) this.refuse()
    this.#names.set(name, leads)
    this.#bases.add(id)
  }

  readonly cache = (plain: BuildCacheShape): BuildCacheShape => ({
    ...plain,
    put: (records) => {
      this.#used.push(...records.flatMap(({ key, place }) => (place === undefined ? [] : [{ key, place }])))
      return plain.put(records)
    },
    use: (steps, at) => {
      this.#used.push(...steps)
      return plain.use(steps, at)
    }
  })

  readonly grounds = (
    { image, steps }: Built,
    { began, now }: { readonly began: number; readonly now: number }
  ): Grounds | undefined => {
    const beganNs = BigInt(Math.trunc(began)) * 1_000_000n
    const after = texts(this.#request)
    const before = this.#before
    const looks = this.#looks?.looks(beganNs)
    const layers = new Map(steps.flatMap(({ key, layer }) => (key === undefined ? [] : [[key, layer] as const])))
    const used = this.#used.flatMap(({ key, place }) => {
      const layer = layers.get(key)
      return layer === undefined ? [] : [{ key, place, layer }]
    })
    const isWhole =
      !this.#refused &&
      steps.every(({ how }) => how !== "missing") &&
      used.length === this.#used.length &&
      [...layers.keys()].every((key) => used.some((each) => each.key === key))
    const isStill =
      before !== undefined &&
      after !== undefined &&
      before.every((text, at) => text.digest === after[at]?.digest && text.changedNs === after[at].changedNs) &&
      after.every(({ changedNs, digest, path }) => isSettled(changedNs, beganNs) && isNoLock(path, digest)) &&
      isInWorkTree(this.#request.context.path) === this.#inWorkTree
    if (!isWhole || !isStill || looks === undefined) return undefined
    const { context, names, target } = this.#request
    for (const ref of names) {
      const name = nameOf(ref)
      const known = this.#names.get(name)
      // Who builds an image on the one that had its name before builds another one each time.
      if (known !== undefined && known !== onlyTo(image.id)) return undefined
      this.#names.set(name, onlyTo(image.id))
    }
    return {
      at: Math.trunc(now),
      root: context.path,
      inWorkTree: this.#inWorkTree,
      looks,
      texts: after.map(({ digest, path }) => ({ digest, path })),
      bases: [...this.#bases],
      names: [...this.#names].map(([name, leads]) => ({ name, leads })),
      steps: used,
      image: { id: image.id, manifest: image.manifest },
      about: {
        dockerfile: shownOf(this.#request),
        context: contextText(this.#request.context),
        names: names.map(ImageRef.familiar),
        ...(target === undefined ? {} : { target })
      },
      inputs: this.#inputs,
      events: this.#events.flatMap(asCached)
    }
  }
}

/** What is told of the same step when it is cached. */
const asCached = (event: SolveEvent): ReadonlyArray<SolveEvent> => {
  switch (event.type) {
    case "started":
    case "output":
      return []
    case "applied": {
      const { ageMs, cause, step, type } = event
      // What has neither has no record.
      return [
        { type, step, cached: true, ...(ageMs === undefined && cause === undefined ? {} : { ageMs: ageMs ?? 0 }) }
      ]
    }
    case "done":
      return [{ type: "cached", step: event.step, ageMs: 0 }]
    default:
      return [event]
  }
}

/** The files that say what the build is, as they are now; undefined when one of them cannot be read. */
const texts = ({ context, dockerfile }: FolderRequest) => {
  const path = dockerfile !== undefined && "path" in dockerfile ? dockerfile.path : undefined
  try {
    return textPaths(context.path, path).map(textAt)
  } catch {
    return undefined
  }
}

/** A lock file has a say in what a build takes from elsewhere. */
const isNoLock = (path: string, digest: Digest | null): boolean => digest === null || !path.endsWith(lockSuffix)
