import { createHash, randomBytes } from "node:crypto"
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { makePassable } from "@gantry/core/make-passable"
import { Locks } from "@gantry/core/Locks"
import { Settings } from "@gantry/core/Settings"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { cacheMountsName, removedVolume } from "../root-names.ts"

/** A directory that outlives builds: what `RUN --mount=type=cache` of one id shows, or one of its private copies. */
export interface CacheMount {
  /** As the Dockerfile has it: the target where it gives none. */
  readonly id: string
  /** Name of its directory below `<root>/cache-mounts`. */
  readonly name: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly lastUsed: number
  /** Lowest layer of the image that a step stood on which used it last; empty for none. */
  readonly base: string
}

/** The file that says what a cache mount is. A directory without it was never finished. */
const infoName = "info.json"

/** The directory whose contents builds see. */
export const dataOf = (root: string, name: string): string => join(root, cacheMountsName, name, "data")

/**
 * The name of a cache mount's directory: its id where that can be a file's name and cannot be taken for one made here,
 * otherwise what can be read of it and a digest. `slot`: private copies are numbered from 1. `beginning`: what it begins
 * with, if not with nothing; one that begins with something else is another cache, as in Docker.
 */
export const nameOf = (id: string, slot = 0, beginning = ""): string => {
  const isPlain = beginning === "" && /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(id) && !/-[0-9a-f]{12}$/.test(id)
  const readable = id.replace(/[^A-Za-z0-9_.-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "")
  const digest = createHash("sha256")
    .update(beginning === "" ? id : `${id}\0${beginning}`)
    .digest("hex")
    .slice(0, 12)
  const name = isPlain ? id : `${readable.slice(0, 48) || "cache"}-${digest}`
  return slot === 0 ? name : `${name}~${slot}`
}

/** Whether a cache mount of that id may have that name: as the first of its copies, whatever it began with. */
export const isNameOf = (name: string, id: string): boolean =>
  name === nameOf(id) || name.replace(/[0-9a-f]{12}$/, "") === nameOf(id, 0, "any").slice(0, -12)

/** The lock under which a cache mount is made, taken into use and removed; all its copies have the same. */
export const gateOf = (name: string): string =>
  `mount-${createHash("sha256").update(name.replace(/~\d+$/, "")).digest("hex").slice(0, 16)}`

/** What is written down of a cache mount; none when it was never finished. */
export const readInfo = (root: string, name: string): CacheMount | undefined => {
  try {
    const { base, createdAt, id, lastUsed } = JSON.parse(
      readFileSync(join(root, cacheMountsName, name, infoName), "utf8")
    ) as { readonly [field: string]: unknown }
    return typeof id === "string" && typeof createdAt === "number" && typeof lastUsed === "number"
      ? { id, name, createdAt, lastUsed, base: typeof base === "string" ? base : "" }
      : undefined
  } catch {
    return undefined
  }
}

/** Writes down what a cache mount is, in one step. */
export const writeInfo = (root: string, { name, ...info }: CacheMount): void => {
  const path = join(root, cacheMountsName, name, infoName)
  const draft = `${path}.${randomBytes(4).toString("hex")}`
  writeFileSync(draft, JSON.stringify(info), { mode: 0o600 })
  renameSync(draft, path)
}

/** Makes the directory of a cache mount anew; what was there is taken away. Returns where its contents go. */
export const makeHome = (root: string, name: string): string => {
  const home = join(root, cacheMountsName, name)
  rmSync(home, { recursive: true, force: true })
  makePassable(join(home, "data"))
  return dataOf(root, name)
}

/** All cache mounts, sorted by name. */
export const list: Effect.Effect<ReadonlyArray<CacheMount>, StorageFailure, Settings> = Effect.flatMap(
  Settings,
  ({ root }) =>
    Effect.try({
      try: () => namesIn(join(root, cacheMountsName)).flatMap((name) => readInfo(root, name) ?? []),
      catch: storageFailure("list", cacheMountsName)
    })
)

const namesIn = (directory: string): ReadonlyArray<string> => {
  try {
    return readdirSync(directory)
      .filter((name) => !name.startsWith("."))
      .toSorted()
  } catch {
    // No build has ever asked for one.
    return []
  }
}

/** Names of locks under which somebody uses or waits for a cache mount. */
export const usersOf = (name: string): Effect.Effect<ReadonlyArray<string>, StorageFailure, Locks> =>
  Effect.flatMap(Locks, (locks) => locks.held(gateOf(name)))

/** Removes a cache mount with all that is in it, unless a build uses it now. Returns whether it went. */
export const remove = (name: string): Effect.Effect<boolean, StorageFailure, Locks | Settings> =>
  Effect.gen(function* () {
    const { root } = yield* Settings
    if ((yield* usersOf(name)).length > 0) return false
    const locks = yield* Locks
    const taken = Effect.gen(function* () {
      if ((yield* locks.held(`${gateOf(name)}.`)).length > 0) return false
      yield* Effect.try({
        try: () => {
          // Out of sight in one step; what an interruption leaves has a name that is swept.
          const away = join(root, cacheMountsName, `${removedVolume}${name}-${randomBytes(4).toString("hex")}`)
          renameSync(join(root, cacheMountsName, name), away)
          rmSync(away, { recursive: true, force: true })
        },
        catch: storageFailure("remove", name)
      })
      return true
    })
    return yield* locks.withLock(gateOf(name), taken)
  })
