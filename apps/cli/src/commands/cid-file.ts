import { closeSync, openSync, unlinkSync, writeSync } from "node:fs"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Usage } from "./Usage.ts"

/**
 * Claims the file of `--cidfile` before anything is made, and gives back what writes the ID into it. An empty file is
 * taken away again. Fails when the file is there already.
 */
export const cidFile = (
  path: string | undefined
): Effect.Effect<(id: string) => Effect.Effect<void>, Usage, Scope.Scope> =>
  Effect.gen(function* () {
    if (path === undefined) return () => Effect.void
    const fd = yield* Effect.try({
      try: () => openSync(path, "wx", 0o644),
      catch: (cause) =>
        new Usage({
          message: `could not create ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
          reason: `container ID file found, make sure the other container isn't running or delete ${path}`,
          hint: "remove the file first",
          status: 125
        })
    })
    let written = false
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        closeSync(fd)
        if (!written) unlinkSync(path)
      })
    )
    return (id: string) =>
      Effect.sync(() => {
        writeSync(fd, id)
        written = true
      })
  })
