import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { plain, type Usage } from "../../commands/Usage.ts"
import { type Changes, type FileTree, openTree } from "./FileTree.ts"

/** A path that is watched, and the directories below it that are not. */
export interface WatchedPath {
  readonly path: string
  readonly skips: (directory: string) => boolean
}

/** How long nothing must happen before changes are taken for all that belong together. */
const quiet = "200 millis"

/** How often it is waited for at most: some files never rest. */
const mostWaits = 20

const cannot = (path: string, cause: unknown): Usage => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined
  const why = cause instanceof Error ? cause.message : String(cause)
  return plain(
    `${path} cannot be watched: ${why}`,
    code === "ENOSPC" || code === "EMFILE"
      ? "leave directories out with ignore, or raise fs.inotify.max_user_watches and fs.inotify.max_user_instances"
      : "change develop.watch in the Compose file"
  )
}

/**
 * Watches paths while the scope is open. Succeeds with what waits for the next changes, and for those that come with
 * them; what changed before, or while nobody waits, is among them.
 */
export const watchFiles = (
  paths: ReadonlyArray<WatchedPath>
): Effect.Effect<Effect.Effect<Changes, Usage>, Usage, Scope.Scope> =>
  Effect.gen(function* () {
    const bell = yield* Queue.sliding<void>(1)
    const trees: Array<readonly [string, FileTree]> = []
    for (const { path, skips } of paths) {
      const tree = yield* Effect.acquireRelease(
        Effect.try({
          try: () => openTree(path, skips, () => void Queue.unsafeOffer(bell, undefined)),
          catch: (cause) => cannot(path, cause)
        }),
        ({ close }) => Effect.sync(close)
      )
      trees.push([path, tree])
    }
    const next = Effect.gen(function* () {
      for (;;) {
        yield* Queue.take(bell)
        for (let waits = 0; waits < mostWaits; waits++) {
          if (Option.isNone(yield* Effect.timeoutOption(Queue.take(bell), quiet))) break
        }
        const found = yield* Effect.forEach(trees, ([path, tree]) =>
          Effect.try({ try: tree.look, catch: (cause) => cannot(path, cause) })
        )
        const changed = [...new Set(found.flatMap((each) => each.changed))]
        const gone = [...new Set(found.flatMap((each) => each.gone))]
        if (changed.length + gone.length > 0) return { changed, gone } satisfies Changes
      }
    })
    return next
  })
