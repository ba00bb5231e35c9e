import { constants, closeSync, fstatSync, openSync, readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { BadBuildFile } from "../contexts/BadBuildFile.ts"
import type { OpenedContext } from "../contexts/open-context.ts"
import type { OpenLock } from "./lock-bases.ts"
import { lockSuffix, parseLock } from "./LockFile.ts"

/** The lock file beside a Dockerfile; undefined when there is none. */
export const openLock = ({
  place,
  shown
}: OpenedContext["dockerfile"]): Effect.Effect<OpenLock | undefined, BadBuildFile> =>
  Effect.gen(function* () {
    if (place === undefined) return undefined
    const path = `${shown}${lockSuffix}`
    const text = yield* Effect.try({
      try: () => readOwn(`${place}${lockSuffix}`),
      catch: (cause) =>
        new BadBuildFile({ path, why: String(cause), hint: "remove it, or let yourself read it", diagnostics: [] })
    })
    if (text === undefined) return undefined
    return yield* Either.match(parseLock(text), {
      onLeft: (why) =>
        Effect.fail(new BadBuildFile({ path, why, hint: "gantry lock update writes it anew", diagnostics: [] })),
      onRight: (inputs) => Effect.succeed({ path, inputs, grows: false })
    })
  })

/** The text of a file that is no link: whoever wrote the context may have put one there. */
const readOwn = (path: string): string | undefined => {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined
    if (code === "ENOENT" || code === "ELOOP" || code === "ENOTDIR") return undefined
    throw cause
  }
  try {
    return fstatSync(file).isFile() ? readFileSync(file, "utf8") : undefined
  } finally {
    closeSync(file)
  }
}

/** Why no lock file can be written. */
export const noPlace = (shown: string): BadBuildFile =>
  new BadBuildFile({
    path: shown,
    why: "a lock file is written beside a Dockerfile of this machine",
    hint: "name a directory",
    diagnostics: []
  })

/** Why a build that is to keep to a lock file cannot begin. */
export const noLock = ({ place, shown }: OpenedContext["dockerfile"]): BadBuildFile =>
  place === undefined
    ? new BadBuildFile({
        path: shown,
        why: "it is no file, so no lock file is beside it",
        hint: "leave --locked out",
        diagnostics: []
      })
    : new BadBuildFile({
        path: `${shown}${lockSuffix}`,
        why: "there is no such file, and --locked builds with what it says",
        hint: "gantry lock update writes it",
        diagnostics: []
      })
