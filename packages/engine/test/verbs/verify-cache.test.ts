import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { BuildCache } from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { type AuditOptions, verifyCache } from "../../src/verbs/verify-cache.ts"
import { file, layerOf, world } from "../world.ts"
import { built, contextOf, ran } from "./built.ts"

const text = `FROM scratch AS tools
RUN echo one > /a
COPY app /app
RUN echo two > /b
FROM scratch
COPY --from=tools /b /b
RUN true
`

const verified = (
  context: string,
  dockerfile = text,
  { buildArgs = new Map(), ...options }: AuditOptions & { readonly buildArgs?: ReadonlyMap<string, string> } = {}
) =>
  verifyCache(
    {
      context: { of: "folder", path: context },
      dockerfile: { text: dockerfile, shown: "Dockerfile" },
      names: [],
      buildArgs,
      labels: {},
      platforms: [{ os: "linux", architecture: "amd64" }],
      outputs: [],
      cacheFrom: [],
      cacheTo: [],
      onWarning: () => {},
      noCache: false,
      network: "default",
      requireCached: false,
      onEvent: () => {}
    },
    options
  )

/** Lets the record of a step lead to another layer, as if its command had made other files then. */
const forged = (instruction: string, path: string, content: string) =>
  Effect.gen(function* () {
    const cache = yield* BuildCache
    const layer = yield* layerOf([file(path, content)])
    for (const { key } of yield* cache.list) {
      const record = (yield* cache.trace(key)).pipe((found) => (found._tag === "Some" ? found.value.record : undefined))
      if (record?.instruction === instruction) yield* cache.put([{ ...record, layer }])
    }
  })

describe("verifyCache", () => {
  it.scoped("runs commands again, no copies, and finds that they make the same", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      yield* built(text, { context })
      const before = (yield* ran).length
      const seen: Array<string> = []
      const { left, steps } = yield* verified(context, text, {
        onAudited: ({ outcome, step }) => void seen.push(`${outcome} ${step.text}`)
      })
      expect(steps.map(({ outcome, step }) => `${outcome} ${step.text}`)).toEqual([
        "same RUN echo one > /a",
        "same RUN echo two > /b",
        "same RUN true"
      ])
      expect(seen.toSorted()).toEqual(steps.map(({ outcome, step }) => `${outcome} ${step.text}`).toSorted())
      expect(left).toBe(0)
      expect(yield* ran).toHaveLength(before + 3)
    }).pipe(Effect.provide(world))
  )

  it.scoped("names the files that a command makes otherwise, and leaves the cache and the store as they were", () =>
    Effect.gen(function* () {
      const layers = yield* LayerStore
      const context = yield* contextOf({ app: "program" })
      const dockerfile = "FROM scratch\nRUN echo now > /at\n"
      yield* built(dockerfile, { context })
      yield* forged("RUN echo now > /at", "at", "then\n")
      const before = { records: yield* (yield* BuildCache).list, layers: yield* layers.list }
      const { steps } = yield* verified(context, dockerfile)
      expect(steps).toMatchObject([{ outcome: "differs", differences: [{ path: "/at", change: "content" }] }])
      expect({ records: yield* (yield* BuildCache).list, layers: yield* layers.list }).toEqual(before)
      expect(yield* layers.trees).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.scoped("says that a command fails which once succeeded, and goes on", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({})
      const dockerfile = "FROM scratch\nRUN echo a > /a\nRUN cat $HTTP_PROXY\nRUN echo b > /b\n"
      // A proxy is no part of the key, and so may be another one by now.
      yield* built(dockerfile, { context, buildArgs: new Map([["HTTP_PROXY", "/a"]]) })
      const { steps } = yield* verified(context, dockerfile, { buildArgs: new Map([["HTTP_PROXY", "/gone"]]) })
      expect(steps).toMatchObject([{ outcome: "same" }, { outcome: "failed", exitCode: 1 }, { outcome: "same" }])
    }).pipe(Effect.provide(world))
  )

  it.scoped("does not trust what stands on a result that was exchanged", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({})
      const dockerfile = "FROM scratch\nRUN echo a > /a\nRUN cat /a\n"
      yield* built(dockerfile, { context })
      yield* forged("RUN echo a > /a", "other", "a\n")
      const { steps } = yield* verified(context, dockerfile)
      expect(steps.map(({ outcome }) => outcome)).toEqual(["differs", "skipped"])
    }).pipe(Effect.provide(world))
  )

  // Only root can give a cache mount its owner.
  it.scoped.skipIf(process.getuid?.() !== 0)(
    "does not run what would write into a cache mount, and what the cache does not have",
    () =>
      Effect.gen(function* () {
        const context = yield* contextOf({ app: "one" })
        const dockerfile = "FROM scratch\nRUN --mount=type=cache,target=/c true\nCOPY app /app\nRUN echo x > /x\n"
        yield* built(dockerfile, { context })
        writeFileSync(join(context, "app"), "two")
        const before = (yield* ran).length
        const { steps } = yield* verified(context, dockerfile)
        expect(steps.map((each) => (each.outcome === "skipped" ? each.why : each.outcome))).toEqual([
          "its command would write into a cache mount",
          "the cache does not have its result"
        ])
        expect(yield* ran).toHaveLength(before)
      }).pipe(Effect.provide(world))
  )

  it.scoped("runs no more than the sample", () =>
    Effect.gen(function* () {
      const context = yield* contextOf({ app: "program" })
      yield* built(text, { context })
      const before = (yield* ran).length
      const { left, steps } = yield* verified(context, text, { sample: 2 })
      expect({ left, looked: steps.length }).toEqual({ left: 1, looked: 2 })
      expect(yield* ran).toHaveLength(before + 2)
    }).pipe(Effect.provide(world))
  )
})
