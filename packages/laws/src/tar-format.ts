import { readChanges } from "@gantry/core/tree/read-changes"
import { safePath } from "@gantry/core/tree/safe-path"
import { tarPieces } from "@gantry/core/tree/tar-write"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TarFormat } from "./tar-laws.ts"

/** The functions of core. */
export const tarFormat: Layer.Layer<TarFormat> = Layer.succeed(TarFormat, {
  write: tarPieces,
  read: (pieces) =>
    Effect.suspend(() => {
      const found = readChanges(pieces)
      return "why" in found ? Effect.fail(found) : Effect.succeed(found)
    }),
  place: safePath
})
