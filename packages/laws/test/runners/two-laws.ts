import { Context, Effect, Layer } from "effect"
import { law } from "../../src/Law.ts"
import type { Suite } from "../../src/register.ts"

/** Something that says when it is made and when it is let go. */
class Subject extends Context.Tag("Subject")<Subject, { readonly holds: boolean }>() {}

/** A suite of one law that holds and one that does not; what is under test writes a line when it comes and goes. */
export const twoLaws: Suite<Subject, never> = {
  name: "the subject keeps its laws",
  laws: [
    law(
      "ONE-1",
      "this holds",
      Effect.map(Subject, ({ holds }) => holds)
    ),
    law(
      "ONE-2",
      "this does not hold",
      Effect.map(Subject, ({ holds }) => !holds)
    )
  ],
  layer: Layer.scoped(
    Subject,
    Effect.acquireRelease(
      Effect.sync(() => {
        console.log("subject made")
        return { holds: true }
      }),
      () => Effect.sync(() => console.log("subject released"))
    )
  )
}
