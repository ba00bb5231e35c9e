import { resolve } from "node:path"
import { parseName } from "@gantry/engine/images/Images"
import type { CacheSource, CacheTarget } from "@gantry/engine/cache-sharing/CachePlace"
import type { BadImageName } from "@gantry/engine/EngineError"
import * as Effect from "effect/Effect"
import { type CacheWish, parseCache } from "../argv/values/cache-place.ts"
import { valuesOf } from "./read-values.ts"
import type { Usage } from "./Usage.ts"

/** Where a build finds results of others, and where it leaves its own. */
export const cachesOf = (
  options: { readonly cacheFrom: ReadonlyArray<string>; readonly cacheTo: ReadonlyArray<string> },
  cwd: string
): Effect.Effect<
  { readonly cacheFrom: ReadonlyArray<CacheSource>; readonly cacheTo: ReadonlyArray<CacheTarget> },
  BadImageName | Usage
> =>
  Effect.gen(function* () {
    const from = yield* valuesOf("--cache-from", options.cacheFrom, parseCache("from"))
    const to = yield* valuesOf("--cache-to", options.cacheTo, parseCache("to"))
    return {
      cacheFrom: yield* Effect.forEach(from, (wish) => placeOf(wish, cwd)),
      cacheTo: yield* Effect.forEach(to, (wish) =>
        Effect.map(placeOf(wish, cwd), (place) => {
          const { compression, force, ignoreError, mode } = wish
          const { kind, level } = compression
          return {
            ...place,
            mode,
            ignoreError,
            form: {
              force,
              ...(kind === undefined ? {} : { compression: kind }),
              ...(level === undefined ? {} : { level })
            }
          }
        })
      )
    }
  })

const placeOf = ({ mounts, place }: CacheWish, cwd: string): Effect.Effect<CacheSource, BadImageName> =>
  place.type === "registry"
    ? Effect.map(parseName(place.ref), (ref) => ({ ref, shown: place.ref, mounts }))
    : Effect.succeed({
        ref: { registry: `oci:${resolve(cwd, place.path)}`, repository: "", tag: place.tag },
        shown: place.path,
        mounts
      })
