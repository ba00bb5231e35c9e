import { Effect } from "effect"
import { expect, it } from "vitest"
import { built, ran } from "./greeting.ts"
import { engine } from "./in-memory.ts"

const dockerfile = `FROM scratch
RUN mkdir /srv && echo "hello from a container" > /srv/greeting
CMD ["cat", "/srv/greeting"]
`

it("an image is built from code and run, and its output arrives", () =>
  Effect.gen(function* () {
    const first = yield* built({ name: "greeting", dockerfile })
    const again = yield* built({ name: "greeting", dockerfile })
    expect(first.steps).toContain("ran")
    expect(again.steps).not.toContain("ran")
    expect(again.image).toBe(first.image)

    let said = ""
    expect(yield* ran("greeting", [], (text) => (said += text))).toBe(0)
    expect(said).toBe("hello from a container\n")
    expect(yield* ran("greeting", ["sh", "-c", "exit 3"], () => {})).toBe(3)
  }).pipe(Effect.provide(engine), Effect.runPromise))
