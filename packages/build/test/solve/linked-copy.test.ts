import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { build, type Files, machine } from "./memory-build.ts"

const run = Effect.runPromise
const files: Files = { a: "A", b: "B" }
const above = (first: string) => `FROM alpine\nRUN ${first}\nCOPY --link a /app/\nRUN after\n`

describe("COPY --link", () => {
  it("is reused when what stands below it changes, and what follows is not", async () => {
    const on = machine()
    const first = await run(build(on, above("one"), { files }))
    const second = await run(build(on, above("two"), { files }))
    expect(second.ran).toEqual(["RUN two", "RUN after"])
    expect(second.stack[2]).toBe(first.stack[2])
    expect(second.steps[3]?.key).not.toBe(first.steps[3]?.key)
    expect((await run(build(on, above("one"), { files }))).ran).toEqual([])
  })

  it("is reused on another base, also as the only step that was cached", async () => {
    const on = machine()
    on.images.set("debian", { Env: ["PATH=/usr/bin"] })
    await run(build(on, "FROM alpine\nCOPY --link a /app/\n", { files }))
    expect((await run(build(on, "FROM debian\nCOPY --link a /app/\n", { files }))).ran).toEqual([])
    expect((await run(build(on, "FROM debian\nCOPY a /app/\n", { files }))).ran).toEqual(["COPY a /app/"])
  })

  it("is made on nothing, so that it cannot depend on what is below", async () => {
    const on = machine()
    await run(build(on, "FROM alpine\nRUN one\nCOPY --link a /app/\n", { files }))
    expect(on.copies.map(({ stack }) => stack)).toEqual([[]])
  })

  it("runs again when its files, its destination or the stage it copies from change", async () => {
    const on = machine()
    await run(build(on, above("one"), { files }))
    expect((await run(build(on, above("one"), { files: { ...files, a: "other" } }))).ran).toEqual([
      "COPY --link a /app/",
      "RUN after"
    ])
    const text = (made: string) => `FROM alpine AS m\nRUN ${made}\nFROM alpine\nCOPY --from=m --link /x /x\n`
    await run(build(on, text("one")))
    expect((await run(build(on, text("two")))).ran).toEqual(["RUN two", "COPY --from=m --link /x /x"])
  })

  it("is not taken from the cache where the cache is not to be used", async () => {
    const on = machine()
    await run(build(on, above("one"), { files }))
    expect((await run(build(on, above("one"), { files, noCache: "all" }))).ran).toHaveLength(3)
  })

  it("refuses users by name, which the layer cannot know", async () => {
    const failure = await run(
      Effect.flip(build(machine(), "FROM alpine\nCOPY --link --chown=app a /app/\n", { files }))
    )
    expect(failure._tag === "BuildFailed" ? failure.diagnostics?.map(({ code }) => code) : []).toEqual([
      "link-with-names"
    ])
    expect((await run(build(machine(), "FROM alpine\nCOPY --link --chown=1:2 a /app/\n", { files }))).ran).toHaveLength(
      1
    )
  })
})
