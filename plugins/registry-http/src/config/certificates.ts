import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { RegistryConfigInvalid } from "@gantry/core/registry/RegistryError"
import * as Effect from "effect/Effect"
import type { Trust } from "../http/Http.ts"

/** Certificates that were found for a host. */
export type Found = Pick<Trust, "ca" | "client">

const nothing: Found = { ca: [], client: undefined }

/** Both in one; the client certificate of the first wins. */
export const joinFound = (first: Found, second: Found): Found => ({
  ca: [...first.ca, ...second.ca],
  client: first.client ?? second.client
})

const unreadable = (file: string) => (cause: unknown) =>
  new RegistryConfigInvalid({ file, key: "", why: cause instanceof Error ? cause.message : String(cause) })

/** Reads certificates of a file that somebody named: it must be there. */
export const readAuthority = (file: string): Effect.Effect<Found, RegistryConfigInvalid> =>
  Effect.map(Effect.tryPromise({ try: () => readFile(file, "utf8"), catch: unreadable(file) }), (ca) => ({
    ca: [ca],
    client: undefined
  }))

/**
 * Reads a directory as Docker does: every `*.crt` is an authority, a `*.cert` with a `*.key` of the same name is what
 * this side shows. A directory that is not there has nothing in it, unless it `must` be there.
 */
export const readDirectory = (directory: string, must: boolean): Effect.Effect<Found, RegistryConfigInvalid> =>
  Effect.tryPromise({
    try: async () => {
      const names = await readdir(directory).catch((cause: unknown): ReadonlyArray<string> => {
        if (must) throw cause
        return []
      })
      const read = (name: string) => readFile(join(directory, name), "utf8")
      const ca = await Promise.all(
        names
          .filter((name) => name.endsWith(".crt"))
          .toSorted()
          .map(read)
      )
      const shown = names.toSorted().find((name) => name.endsWith(".cert") && names.includes(keyOf(name)))
      if (shown === undefined) return { ...nothing, ca }
      return { ca, client: { cert: await read(shown), key: await read(keyOf(shown)) } }
    },
    catch: unreadable(directory)
  })

const keyOf = (cert: string): string => cert.replace(/cert$/, "key")
