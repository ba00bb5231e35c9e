import { closeSync, openSync, rmSync, writeSync } from "node:fs"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { fileTrouble } from "./read-values.ts"
import { badValue, Usage } from "./Usage.ts"

/**
 * Claims the file of `--cidfile` before anything is made, and gives back what writes the ID into it, which may find no
 * room. An empty file is taken away again. Fails when the file is there already.
 */
export const cidFile = (
  path: string | undefined
): Effect.Effect<(id: string) => Effect.Effect<void, Usage>, Usage, Scope.Scope> =>
  Effect.gen(function* () {
    if (path === undefined || path === "") return () => Effect.void
    const fd = yield* Effect.try({
      try: () => openSync(path, "wx", 0o644),
      catch: (cause) =>
        cause instanceof Error && "code" in cause && cause.code === "EEXIST"
          ? new Usage({
              message: `could not create ${path}: it is there already`,
              reason: `container ID file found, make sure the other container isn't running or delete ${path}`,
              hint: "it may be another container's: remove the file first",
              status: 125
            })
          : badValue(`failed to create the container ID file: open ${path}: ${fileTrouble(cause)}`)
    })
    let written = false
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        closeSync(fd)
        if (!written) rmSync(path, { force: true })
      })
    )
    return (id: string) =>
      Effect.try({
        try: () => {
          writeSync(fd, id)
          written = true
        },
        catch: (cause) => badValue(`failed to write the container ID to the file: write ${path}: ${fileTrouble(cause)}`)
      })
  })
