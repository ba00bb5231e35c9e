import { mkdirSync } from "node:fs"
import { Settings } from "@gantry/core/Settings"
import { describe, expect, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Stream } from "effect"
import { appendEvent } from "../../src/events/append-event.ts"
import { journalOf } from "../../src/events/journal-files.ts"
import { watchEvents } from "../../src/events/watch-events.ts"
import { scratch } from "../world.ts"

const journal = Effect.map(scratch, (root) => {
  mkdirSync(journalOf(root))
  const append = (at: number, id: string) =>
    appendEvent(journalOf(root), { at, type: "volume", action: "create", id, attributes: {} })
  return { append, settings: { root, run: root, jobs: 1, instance: "", self: [] } }
})

const ids = (chunk: Chunk.Chunk<{ readonly id: string }>) => Chunk.toReadonlyArray(chunk).map(({ id }) => id)

describe("watching events", () => {
  it.scopedLive("ends at once when its end has passed, with what is kept until then", () =>
    Effect.gen(function* () {
      const { append, settings } = yield* journal
      for (const at of [1000, 2000, 3000]) append(at, `v${at}`)
      const read = (query: { readonly since?: number; readonly until?: number }) =>
        Effect.map(Stream.runCollect(watchEvents({ filters: new Map(), ...query })), ids).pipe(
          Effect.provideService(Settings, settings)
        )
      expect(yield* read({ until: 5000 })).toEqual(["v1000", "v2000", "v3000"])
      expect(yield* read({ since: 2000, until: 2999 })).toEqual(["v2000"])
      expect(yield* read({ since: 3001, until: 4000 })).toEqual([])
    })
  )

  it.scopedLive("goes on with what others write, once each, from the beginning that was asked for", () =>
    Effect.gen(function* () {
      const { append, settings } = yield* journal
      append(1000, "old")
      append(2000, "asked")
      const watching = yield* watchEvents({ filters: new Map(), since: 2000 }).pipe(
        // Each event that arrives has the next one written: nothing is waited for but events.
        Stream.tap(({ id }) => Effect.sync(() => append(3000, `${id}+`))),
        Stream.take(3),
        Stream.runCollect,
        Effect.provideService(Settings, settings),
        Effect.fork
      )
      expect(ids(yield* Fiber.join(watching))).toEqual(["asked", "asked+", "asked++"])
    })
  )
})
