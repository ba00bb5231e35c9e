import type { ImageRef } from "@gantry/core/image/ImageRef"
import * as ImageSource from "@gantry/core/image/ImageSource"
import { BadImageName } from "@gantry/engine/EngineError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"

/** What somebody calls an image of a registry, of a folder or of an archive. */
export const placeNamed = (text: string, cwd: string): Effect.Effect<ImageRef, BadImageName> =>
  Either.match(ImageSource.parse(text, cwd), {
    onLeft: (problem) => new BadImageName(problem),
    onRight: (ref) => Effect.succeed(ref)
  })
