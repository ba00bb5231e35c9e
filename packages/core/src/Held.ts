import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** One resource in two halves, as a plugin writes it. */
export interface Held<Handle, E, E2, R> {
  readonly acquire: Effect.Effect<Handle, E, R>
  /** Idempotent, and valid in another process: it may use nothing but the handle. */
  readonly release: (handle: Handle) => Effect.Effect<void, E2, R>
  /** How the log calls it when it could not be released. */
  readonly describe: (handle: Handle) => string
}

/**
 * Holds the resource while the scope is open.
 *
 * Releasing takes five seconds at most and cannot fail the program. What could not be released is logged by name;
 * reconciliation finds it again in its record.
 *
 * @example
 * ```ts
 * import { mkdtemp, rm } from "node:fs/promises"
 * import { scoped } from "@gantry/core/Held"
 * import * as Effect from "effect/Effect"
 *
 * const folder = scoped({
 *   acquire: Effect.promise(() => mkdtemp("/tmp/mine-")),
 *   release: (path) => Effect.promise(() => rm(path, { recursive: true, force: true })),
 *   describe: (path) => `the folder ${path}`
 * })
 * const program = Effect.scoped(Effect.andThen(folder, (path) => Effect.log(path)))
 * ```
 */
export const scoped = <Handle, E, E2, R>({
  acquire,
  describe,
  release
}: Held<Handle, E, E2, R>): Effect.Effect<Handle, E, R | Scope.Scope> =>
  Effect.acquireRelease(acquire, (handle) =>
    release(handle).pipe(
      Effect.interruptible,
      Effect.timeout("5 seconds"),
      Effect.catchAllCause((cause) =>
        Effect.logWarning("left behind", cause).pipe(Effect.annotateLogs("resource", describe(handle)))
      )
    )
  )
