import { LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import { type LayerMissing, type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { contentPieces } from "../content-pieces.ts"
import { CannotAttest } from "./Attestation.ts"
import { type Distribution, type ListedPackage, readApk, readDistribution, readDpkg } from "./package-databases.ts"

/** Bytes of a database: some ten thousand packages. */
const longest = 64 * 1024 * 1024

/** Databases that are one file, and how each is read. */
const databases = [
  ["var/lib/dpkg/status", readDpkg],
  ["lib/apk/db/installed", readApk],
  ["usr/lib/apk/db/installed", readApk]
] as const

/** Where images without dpkg say what they are made of: a file for each package. */
const perPackage = "var/lib/dpkg/status.d"

/** What an image is made of, as far as a database in it says so. */
export interface FoundPackages {
  readonly packages: ReadonlyArray<ListedPackage>
  readonly distribution: Distribution | undefined
}

/** Reads the databases of an image. Fails when there is none that can be read: no packages are not the same as none known. */
export const readPackages = (
  stack: Stack
): Effect.Effect<FoundPackages, CannotAttest | LayerMissing | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const textAt = (path: string) =>
      Effect.flatMap(layers.lookup(stack, path, true), (found) =>
        Option.isNone(found) ? Effect.succeed(undefined) : textOf(found.value)
      )
    const packages: Array<ListedPackage> = []
    let isKnown = false
    for (const [path, read] of databases) {
      const text = yield* textAt(path)
      if (text === undefined) continue
      isKnown = true
      packages.push(...read(text))
    }
    const folder = yield* layers.lookup(stack, perPackage, true)
    if (Option.isSome(folder) && folder.value.type === "directory") {
      isKnown = true
      for (const entry of yield* layers.walk(stack, folder.value.path)) {
        if (!entry.path.endsWith(".md5sums")) packages.push(...readDpkg((yield* textOf(entry)) ?? ""))
      }
    }
    if (!isKnown) {
      return yield* new CannotAttest({ why: "the image has no database of dpkg or apk, so its packages are not known" })
    }
    const release = (yield* textAt("etc/os-release")) ?? (yield* textAt("usr/lib/os-release")) ?? ""
    return { packages, distribution: readDistribution(release) }
  })

const textOf = (entry: TreeEntry): Effect.Effect<string | undefined, CannotAttest | StorageFailure> => {
  if (entry.type !== "file") return Effect.succeed(undefined)
  return Effect.flatMap(
    Effect.try({
      try: () => {
        const parts: Array<Uint8Array> = []
        let size = 0
        for (const piece of contentPieces(entry.content)) {
          size += piece.length
          if (size > longest) return undefined
          parts.push(Uint8Array.from(piece))
        }
        return Buffer.concat(parts).toString("utf8")
      },
      catch: storageFailure("read", `/${entry.path}`)
    }),
    (text) =>
      text === undefined
        ? new CannotAttest({ why: `/${entry.path} of the image has more than ${longest} bytes` })
        : Effect.succeed(text)
  )
}
