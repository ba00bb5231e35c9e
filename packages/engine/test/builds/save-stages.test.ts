import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Images } from "../../src/images/Images.ts"
import { secrets as secretsOf } from "../secrets/secrets.ts"
import { built } from "../verbs/built.ts"
import { world } from "../world.ts"

/** A stage on the way puts a secret together that stands nowhere as a whole. */
const text = [
  "FROM scratch AS one",
  "ENV A=hunter2",
  "ENV B=${A}secret",
  "RUN echo 1 > /a",
  "FROM scratch",
  "COPY --from=one /a /b",
  ""
].join("\n")

describe("stages that become images", () => {
  it.scoped("are looked through for secrets as the image itself is, and none of them is kept with one", () =>
    Effect.gen(function* () {
      const secrets = secretsOf({ token: "hunter2secret" }).all
      const refused = yield* Effect.flip(Effect.asVoid(built(text, { secrets, saveStages: true })))
      expect(refused).toMatchObject({
        _tag: "SecretLeaked",
        leaks: [
          { id: "token", where: "Env of the image's configuration" },
          { id: "token", where: "the history of the image: ENV" }
        ]
      })
      expect(yield* (yield* Images).list).toEqual([])
      expect((yield* built(text, { secrets })).stages).toBeUndefined()
    }).pipe(Effect.provide(world))
  )
})
