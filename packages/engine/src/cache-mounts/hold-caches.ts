import { randomBytes } from "node:crypto"
import { chmodSync, lchownSync } from "node:fs"
import { describeProblem } from "@gantry/build/context/ContextProblem"
import type { CacheMount as CacheOption } from "@gantry/build/dockerfile/RunMount"
import { listFiles } from "@gantry/build/key/file-list"
import { type MountRequest, StepFailed } from "@gantry/build/solve/StepExecutor"
import { Locks } from "@gantry/core/Locks"
import { Settings } from "@gantry/core/Settings"
import { inTurns } from "@gantry/core/turns"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import { type LayerMissing, type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Scope from "effect/Scope"
import { ownerHere } from "@gantry/linux/rootless"
import { holdLock } from "../hold-lock.ts"
import { contextSource } from "../steps/copy-source.ts"
import { fill, prefill } from "../volumes/prefill.ts"
import { type CacheMount, dataOf, gateOf, makeHome, nameOf, readInfo, writeInfo } from "./CacheMount.ts"

/** A cache mount that a command wants. */
export interface WantedCache {
  readonly option: CacheOption
  /** The tree or the files that a new cache begins with; of a tree the directory that the option names. */
  readonly begin?: NonNullable<MountRequest["contents"]>
  /** Lowest layer of the image the command runs on. */
  readonly base: string
}

/** What somebody else has left of a cache mount. */
export interface OfferedCache {
  /** Lowest layer of the image that a step stood on which used it last. */
  readonly base: string
  /** Puts it into an empty directory of the host. False when it cannot be had; what is there then is of no use. */
  readonly put: (path: string) => Effect.Effect<boolean>
}

/** What others have left, by the name of the cache mount. */
export type OfferedCaches = (name: string) => OfferedCache | undefined

const nobodys: OfferedCaches = () => undefined

/** A cache mount that nobody takes away while the scope is open. */
export interface HeldCache {
  /** Absolute path of its contents on the host. */
  readonly path: string
  /** A step on another base image used it last. */
  readonly wasOfAnotherBase: boolean
}

/** Milliseconds after which is looked again whether the others have gone. */
const patience = 50

/**
 * Takes cache mounts into use, making those that are new; by id. Among all processes on one store, `locked` is used by
 * one command at a time, `private` gives a copy of its own to whoever finds it in use, `shared` is used by many.
 *
 * An id wanted twice by one command is one directory, when both begin with the same. All are taken in one order, so that
 * two commands never wait for each other. `offered`: what a new one begins with instead, its owner and mode included.
 */
export const holdCaches = (
  wanted: ReadonlyArray<WantedCache>,
  offered: OfferedCaches = nobodys
): Effect.Effect<
  ReadonlyMap<CacheOption, HeldCache>,
  LayerMissing | StepFailed | StorageFailure,
  LayerStore | Locks | Settings | Scope.Scope
> =>
  Effect.gen(function* () {
    const byName = new Map<string, { readonly options: Array<CacheOption>; cache: NamedCache }>()
    for (const each of wanted) {
      const beginning = yield* beginningOf(each)
      const cache = { ...each, beginning }
      const name = nameOf(each.option.id, 0, beginning)
      const known = byName.get(name)
      if (known === undefined) byName.set(name, { options: [each.option], cache })
      else {
        known.options.push(each.option)
        if (known.cache.option.sharing === "shared") known.cache = cache
      }
    }
    const held = new Map<CacheOption, HeldCache>()
    for (const [, { cache, options }] of [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const directory = yield* hold(cache, offered)
      for (const option of options) held.set(option, directory)
    }
    return held
  })

/** A cache with a text that is the same for all that begin with the same; empty for those that begin empty. */
interface NamedCache extends WantedCache {
  readonly beginning: string
}

const beginningOf = ({ begin, option }: WantedCache): Effect.Effect<string, StepFailed> => {
  if (begin === undefined) return Effect.succeed("")
  if (begin.of === "tree") return Effect.succeed(JSON.stringify([begin.stack, option.source]))
  const { context, matches } = begin.part
  return Effect.flatMap(
    inTurns(() => listFiles(matches, "", context.fileDigest)),
    Either.match({
      onLeft: (problem) => new StepFailed({ why: describeProblem(problem) }),
      onRight: ({ digest }) => Effect.succeed(digest)
    })
  )
}

const hold = (wanted: NamedCache, offered: OfferedCaches) =>
  Effect.gen(function* () {
    const { id, sharing } = wanted.option
    const locks = yield* Locks
    const scope = yield* Scope.Scope
    const gate = gateOf(nameOf(id, 0, wanted.beginning))
    const users = (slot: number) => locks.held(`${gate}.${slot}.`)
    const freeSlot = (slot: number): Effect.Effect<number, StorageFailure> =>
      Effect.flatMap(users(slot), ({ length }) => (length === 0 ? Effect.succeed(slot) : freeSlot(slot + 1)))
    if (sharing === "locked") {
      yield* holdLock(gate)
      while ((yield* users(0)).length > 0) yield* Effect.sleep(patience)
      return yield* made(wanted, 0, offered)
    }
    const take = Effect.gen(function* () {
      const slot = sharing === "private" ? yield* freeSlot(0) : 0
      yield* holdLock(`${gate}.${slot}.${randomBytes(6).toString("hex")}`).pipe(Scope.extend(scope))
      return yield* made(wanted, slot, offered)
    })
    return yield* locks.withLock(gate, take)
  })

/** The directory, made when it is new. Nobody else is at it. */
const made = ({ base, begin, beginning, option }: NamedCache, slot: number, offered: OfferedCaches) =>
  Effect.gen(function* () {
    const { root } = yield* Settings
    const name = nameOf(option.id, slot, beginning)
    const now = yield* Clock.currentTimeMillis
    const known = readInfo(root, name)
    if (known === undefined) {
      const { gid, id, mode, source, uid } = option
      const home = Effect.try({ try: () => makeHome(root, name), catch: storageFailure("prepare", name) })
      const offer = slot === 0 ? offered(name) : undefined
      if (offer !== undefined && (yield* offer.put(yield* home))) {
        yield* record(root, { id, name, createdAt: now, lastUsed: now, base })
        return { path: dataOf(root, name), wasOfAnotherBase: offer.base !== base }
      }
      const path = yield* home
      const volume = { name: `cache ${id}`, path }
      if (begin?.of === "tree") yield* prefill(volume, begin.stack, { target: source })
      const [match] = begin?.of === "context" ? begin.part.matches : []
      if (match !== undefined && begin?.of === "context") {
        const found = yield* contextSource(match, begin.part)
        if (found.kind === "directory") yield* fill(volume, found.entries)
      }
      yield* record(root, { id, name, createdAt: now, lastUsed: now, base }, () => {
        lchownSync(path, ...ownerHere(uid, gid))
        chmodSync(path, mode)
      })
      return { path, wasOfAnotherBase: false }
    }
    yield* record(root, { ...known, lastUsed: now, base })
    return { path: dataOf(root, name), wasOfAnotherBase: known.base !== base }
  })

const record = (root: string, info: CacheMount, before: () => void = () => {}) =>
  Effect.try({
    try: () => {
      before()
      writeInfo(root, info)
    },
    catch: storageFailure("record", info.name)
  })
