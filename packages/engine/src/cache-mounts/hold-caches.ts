import { randomBytes } from "node:crypto"
import { chmodSync, lchownSync } from "node:fs"
import type { CacheMount as CacheOption } from "@gantry/build/dockerfile/RunMount"
import { Locks } from "@gantry/core/Locks"
import { Settings } from "@gantry/core/Settings"
import type { LayerStore, Stack } from "@gantry/core/store/LayerStore"
import { type LayerMissing, type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { ownerHere } from "@gantry/linux/rootless"
import { holdLock } from "../hold-lock.ts"
import { prefill } from "../volumes/prefill.ts"
import { type CacheMount, dataOf, gateOf, makeHome, nameOf, readInfo, writeInfo } from "./CacheMount.ts"

/** A cache mount that a command wants. */
export interface WantedCache {
  readonly option: CacheOption
  /** The tree that a new cache begins with a directory of. */
  readonly begin?: Stack
  /** Lowest layer of the image the command runs on. */
  readonly base: string
}

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
 * An id wanted twice by one command is one directory. All are taken in one order, so that two commands never wait for
 * each other.
 */
export const holdCaches = (
  wanted: ReadonlyArray<WantedCache>
): Effect.Effect<
  ReadonlyMap<string, HeldCache>,
  LayerMissing | StorageFailure,
  LayerStore | Locks | Settings | Scope.Scope
> =>
  Effect.gen(function* () {
    const byId = new Map<string, WantedCache>()
    for (const each of wanted) {
      const known = byId.get(each.option.id)
      if (known === undefined || known.option.sharing === "shared") byId.set(each.option.id, each)
    }
    const held = new Map<string, HeldCache>()
    for (const [id, cache] of [...byId].toSorted(([a], [b]) => (a < b ? -1 : 1))) held.set(id, yield* hold(cache))
    return held
  })

const hold = (wanted: WantedCache) =>
  Effect.gen(function* () {
    const { id, sharing } = wanted.option
    const locks = yield* Locks
    const scope = yield* Scope.Scope
    const gate = gateOf(nameOf(id))
    const users = (slot: number) => locks.held(`${gate}.${slot}.`)
    const freeSlot = (slot: number): Effect.Effect<number, StorageFailure> =>
      Effect.flatMap(users(slot), ({ length }) => (length === 0 ? Effect.succeed(slot) : freeSlot(slot + 1)))
    if (sharing === "locked") {
      yield* holdLock(gate)
      while ((yield* users(0)).length > 0) yield* Effect.sleep(patience)
      return yield* made(wanted, 0)
    }
    const take = Effect.gen(function* () {
      const slot = sharing === "private" ? yield* freeSlot(0) : 0
      yield* holdLock(`${gate}.${slot}.${randomBytes(6).toString("hex")}`).pipe(Scope.extend(scope))
      return yield* made(wanted, slot)
    })
    return yield* locks.withLock(gate, take)
  })

/** The directory, made when it is new. Nobody else is at it. */
const made = ({ base, begin, option }: WantedCache, slot: number) =>
  Effect.gen(function* () {
    const { root } = yield* Settings
    const name = nameOf(option.id, slot)
    const now = yield* Clock.currentTimeMillis
    const known = readInfo(root, name)
    if (known === undefined) {
      const { gid, id, mode, source, uid } = option
      const path = yield* Effect.try({ try: () => makeHome(root, name), catch: storageFailure("prepare", name) })
      if (begin !== undefined) yield* prefill({ name: `cache ${id}`, path }, begin, source)
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
