import { close, openSync } from "node:fs"
import { LOCK_EX, LOCK_NB } from "@gantry/linux/constants"
import { loadSyscalls } from "@gantry/linux/load"
import * as Effect from "effect/Effect"
import type { PlaceError } from "./place-error.ts"

/** Milliseconds after which a lock that somebody else holds is asked for again: the first time, and at most. */
const soonest = 2
const slowest = 50

const held = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "code" in cause && cause.code === "EAGAIN"

/**
 * Runs an effect while no other gantry changes what lies in a folder. The lock is the kernel's and on the folder itself:
 * no file is left, and it is given back when the program ends, however it ends.
 */
export const withFolderLocked = <A, E, R>(
  folder: string,
  failed: (cause: unknown) => PlaceError,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E | PlaceError, R> =>
  Effect.acquireUseRelease(
    Effect.try({ try: () => openSync(folder, "r"), catch: failed }),
    (fd) => Effect.zipRight(wait(fd, failed, soonest), effect),
    (fd) => Effect.async<void>((resume) => close(fd, () => resume(Effect.void)))
  )

const wait = (fd: number, failed: (cause: unknown) => PlaceError, ask: number): Effect.Effect<void, PlaceError> =>
  Effect.flatMap(
    Effect.tryPromise({
      try: async () => {
        const kernel = await loadSyscalls()
        try {
          kernel.flock(fd, LOCK_EX | LOCK_NB)
          return true
        } catch (cause) {
          if (held(cause)) return false
          throw cause
        }
      },
      catch: failed
    }),
    (mine) =>
      mine
        ? Effect.void
        : Effect.zipRight(
            Effect.sleep(ask),
            Effect.suspend(() => wait(fd, failed, Math.min(ask * 1.5, slowest)))
          )
  )
