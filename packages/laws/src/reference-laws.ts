import * as ImageRef from "@gantry/core/image/ImageRef"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Data from "effect/Data"
import * as Layer from "effect/Layer"
import { forAll, type Law } from "./Law.ts"
import { changedRefs, imageRefs } from "./samples/image-refs.ts"

/** Functions that read and print image names, held to the laws below. */
export class References extends Context.Tag("@gantry/laws/References")<
  References,
  Pick<typeof ImageRef, "parse" | "format" | "familiar">
>() {}

/** The functions of core. */
export const references: Layer.Layer<References> = Layer.succeed(References, ImageRef)

const same = (read: Either.Either<ImageRef.ImageRef, unknown>, ref: ImageRef.ImageRef) =>
  Either.isRight(read) && Equal.equals(Data.struct(read.right), Data.struct(ref))

/** What the grammar of image names must make true. */
export const referenceLaws: ReadonlyArray<Law<References>> = [
  forAll(
    "REF-1",
    "a reference that is printed and parsed again is the same reference",
    imageRefs,
    (ref) =>
      Effect.map(
        References,
        ({ familiar, format, parse }) => same(parse(format(ref)), ref) && same(parse(familiar(ref)), ref)
      ),
    { runs: 300 }
  ),

  forAll(
    "REF-2",
    "references that differ in one place are printed differently",
    imageRefs,
    (ref) =>
      Effect.map(References, ({ familiar, format }) =>
        changedRefs(ref).every(
          (other) =>
            Equal.equals(Data.struct(other), Data.struct(ref)) ||
            (format(other) !== format(ref) && familiar(other) !== familiar(ref))
        )
      ),
    { runs: 300 }
  )
]
