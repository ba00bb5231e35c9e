import { closeSync, fstatSync, mkdirSync, openSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { Locks, type LocksShape } from "@gantry/core/Locks"
import { Settings } from "@gantry/core/Settings"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import { LOCK_EX, LOCK_NB } from "@gantry/linux/constants"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Kernel, loadKernel } from "./kernel.ts"
import { namesIn } from "./measure.ts"

/** Milliseconds after which a lock that somebody else holds is asked for again: the first time, and at most. */
const soonest = 5
const slowest = 100

const held = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "code" in cause && cause.code === "EAGAIN"

const missing = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "code" in cause && cause.code === "ENOENT"

/** Locks of the kernel on files below `<root>/locks`: it gives them back when a process ends, however it ends. */
export const make = (root: string): LocksShape => {
  const directory = join(root, "locks")
  const take = (path: string) =>
    Effect.tryPromise({
      try: async () => {
        const kernel = await loadKernel()
        mkdirSync(directory, { recursive: true, mode: 0o700 })
        const fd = openSync(path, "a", 0o600)
        try {
          kernel.flock(fd, LOCK_EX | LOCK_NB)
          // The one who held it before may have removed the file between the two calls.
          if (statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino) return fd
          closeSync(fd)
          return undefined
        } catch (cause) {
          closeSync(fd)
          if (held(cause)) return undefined
          throw cause
        }
      },
      catch: storageFailure("record", path)
    })
  /** `pausing`: how it waits, which is all of it that can be interrupted. */
  const wait = (
    path: string,
    ask: number,
    pausing: (pause: Effect.Effect<void>) => Effect.Effect<void>
  ): Effect.Effect<number, StorageFailure> =>
    Effect.flatMap(take(path), (fd) =>
      fd === undefined
        ? Effect.zipRight(pausing(Effect.sleep(ask)), wait(path, Math.min(ask * 1.5, slowest), pausing))
        : Effect.succeed(fd)
    )
  /** Whether somebody holds the file; if not, it is a dead holder's, and goes. */
  const isHeld = (kernel: Kernel, path: string): boolean => {
    let fd: number
    try {
      fd = openSync(path, "r")
    } catch (cause) {
      if (missing(cause)) return false
      throw cause
    }
    try {
      kernel.flock(fd, LOCK_EX | LOCK_NB)
      rmSync(path, { force: true })
      return false
    } catch (cause) {
      if (held(cause)) return true
      throw cause
    } finally {
      closeSync(fd)
    }
  }
  return {
    held: (prefix) =>
      Effect.tryPromise({
        try: async () => {
          const names = namesIn(directory).filter((name) => name.startsWith(prefix))
          if (names.length === 0) return []
          const kernel = await loadKernel()
          return names.filter((name) => isHeld(kernel, join(directory, name))).toSorted()
        },
        catch: storageFailure("list", directory)
      }),
    withLock: (name, effect) => {
      const path = join(directory, name)
      return Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(wait(path, soonest, restore), (fd) =>
          Effect.ensuring(
            restore(effect),
            Effect.sync(() => {
              rmSync(path, { force: true })
              closeSync(fd)
            })
          )
        )
      )
    }
  }
}

/** The locks of `Settings.root`. */
export const layer: Layer.Layer<Locks, never, Settings> = Layer.effect(
  Locks,
  Effect.map(Settings, ({ root }) => make(root))
)
