import { ociRuntimes } from "@gantry/core/runtime/choose-launcher"
import * as Effect from "effect/Effect"
import { ownRuntime } from "../argv/values/own-runtime.ts"
import { findProgram, isProgram } from "../find-program.ts"
import { refused, type Usage } from "./Usage.ts"

/** OCI runtimes that are installed here: their names, and where each is. */
export const installedRuntimes = (): ReadonlyArray<{ readonly name: string; readonly path: string }> =>
  ociRuntimes.flatMap((name) => {
    const path = findProgram(name, undefined)
    return path === undefined ? [] : [{ name, path }]
  })

/**
 * What `--runtime` names: nothing for the engine's own, a known name, or the absolute path of any OCI runtime. Fails for
 * one that is not there.
 */
export const runtimeOf = (text: string | undefined): Effect.Effect<string | undefined, Usage> => {
  if (text === undefined || text === "" || text === ownRuntime) return Effect.succeed(undefined)
  const installed = installedRuntimes()
  const known = text.startsWith("/") ? isProgram(text) : installed.some(({ name }) => name === text)
  if (known) return Effect.succeed(text)
  const others = [ownRuntime, ...installed.map(({ name }) => name)].join(", ")
  return Effect.fail(
    refused(
      `unknown or invalid runtime name: ${text}`,
      ociRuntimes.includes(text)
        ? `install ${text}, or choose one that is there: ${others}`
        : `choose one that is there (${others}), or give the absolute path of an OCI runtime`
    )
  )
}
