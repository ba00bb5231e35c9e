import { chmodSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { SolveEvent } from "@gantry/build/solve/SolveEvent"
import { Database } from "@gantry/core/state/Database"
import { BuildCache } from "@gantry/core/store/BuildCache"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Option, Redacted, TestClock } from "effect"
import { Images, parseName } from "../../src/images/Images.ts"
import { GroundsKey } from "../../src/unchanged/GroundsKey.ts"
import { groundsTable, readGrounds, whereNameLeads } from "../../src/unchanged/grounds-rows.ts"
import { filesHold, storeHolds } from "../../src/unchanged/still-holds.ts"
import { type Asked, built, contextOf } from "../verbs/built.ts"
import { world } from "../world.ts"
import { nextTime } from "./next-time.ts"

const simple = "FROM scratch\nARG V=1\nCOPY app /srv/\nRUN echo made > /made\nENV A=1\n"

/** Builds what lies in a folder under the key `k`, an hour after that was written. */
const builtHere = (context: string, more: Partial<Asked> = {}) =>
  built("", { context, names: ["web"], dockerfile: { path: join(context, "Dockerfile") }, ...more }).pipe(
    Effect.provideService(GroundsKey, "k")
  )

const kept = Effect.flatMap(Database, (db) =>
  Effect.zipRight(
    db.migrate(groundsTable),
    db.read("grounds", (tx) => readGrounds(tx, "k"))
  )
)

const later = TestClock.setTime(Date.now() + 3_600_000)

const ageless = (events: ReadonlyArray<SolveEvent> = []) =>
  events.map((event) => ("ageMs" in event ? { ...event, ageMs: 0 } : event))

/** Whether all that grounds say of the store is so. */
const storeIsAsBefore = Effect.gen(function* () {
  const grounds = yield* kept
  if (grounds === undefined) return false
  const cache = yield* BuildCache
  const layers = new Map(
    yield* Effect.forEach(grounds.steps, ({ key }) =>
      Effect.map(cache.get(key), (found) => [key, Option.isSome(found) ? found.value.layer : undefined] as const)
    )
  )
  return yield* (yield* Database).read("images", (tx) =>
    storeHolds(tx, grounds, { hasBlob: () => true, layerOfStep: (key) => layers.get(key) })
  )
})

describe("the grounds of a build", () => {
  it.scoped(
    "are kept once the cache has all of it, with everything that is told of a build that is cached, and used by it",
    () =>
      Effect.gen(function* () {
        yield* later
        const context = yield* contextOf({ Dockerfile: simple, app: "program" })
        const first = yield* builtHere(context)
        expect(first.events.map(({ type }) => type)).toContain("started")
        const early = yield* kept
        const second = yield* builtHere(context)
        const grounds = yield* kept
        expect({ ...early, at: 0, events: [] }).toEqual({ ...grounds, at: 0, events: [] })
        // What ran is told of as what is cached.
        expect(ageless(early?.events)).toEqual(ageless(second.events))
        expect(grounds).toMatchObject({
          root: context,
          image: { id: second.image.id, manifest: second.image.manifest },
          names: [{ name: "docker.io/library/web:latest" }],
          about: { context, dockerfile: join(context, "Dockerfile"), names: ["web:latest"] },
          events: second.events
        })
        expect(grounds?.steps.map(({ layer, place }) => [place.number, layer === null])).toEqual([
          [3, false],
          [4, false],
          [5, true]
        ])
        expect(grounds?.looks.map(({ path, saw }) => [path, saw])).toContainEqual(["app", "file"])
        expect(grounds !== undefined && filesHold(grounds)).toBe(true)
        expect(yield* storeIsAsBefore).toBe(true)
      }).pipe(Effect.provide(world))
  )

  it.scoped("hold no longer when a step, the image or a name is not what it was", () =>
    Effect.gen(function* () {
      yield* later
      const images = yield* Images
      const base = yield* contextOf({ Dockerfile: "FROM scratch\nCOPY Dockerfile /\n" })
      const other = yield* contextOf({ Dockerfile: "FROM scratch\nCOPY Dockerfile /other/\n" })
      const context = yield* contextOf({ Dockerfile: simple.replace("scratch", "base"), app: "program" })
      const { image: first } = yield* builtHere(base, { names: ["base"] })
      const { image: second } = yield* builtHere(other, { names: ["other"] })
      const again = Effect.gen(function* () {
        yield* builtHere(context)
        yield* builtHere(context)
        expect(yield* storeIsAsBefore).toBe(true)
      })
      yield* again
      expect((yield* kept)?.bases).toEqual([first.id])
      yield* images.tag(yield* parseName("base"), second.id)
      expect(yield* storeIsAsBefore).toBe(false)
      yield* images.tag(yield* parseName("base"), first.id)
      expect(yield* storeIsAsBefore).toBe(true)
      yield* images.tag(yield* parseName("web"), first.id)
      expect(yield* storeIsAsBefore).toBe(false)
      yield* again
      yield* images.forget((yield* builtHere(context)).image.id)
      expect(yield* storeIsAsBefore).toBe(false)
      yield* again
      const cache = yield* BuildCache
      const [step] = (yield* kept)?.steps ?? []
      if (step !== undefined) yield* cache.evict(step.key, { at: 0, bytes: 0, rule: "prune" })
      expect(yield* storeIsAsBefore).toBe(false)
    }).pipe(Effect.provide(world))
  )

  it.scoped(
    "are not kept by a build that others have a say in, that warned, or of which something changed meanwhile",
    () =>
      Effect.gen(function* () {
        yield* later
        const keeps = (
          files: Readonly<Record<string, string>>,
          more: (context: string) => Partial<Asked> = () => ({})
        ) =>
          Effect.gen(function* () {
            const context = yield* contextOf({ Dockerfile: simple, app: "program", ...files })
            const plain = more(context)
            yield* builtHere(context, { ...plain, onEvent: () => {} })
            nextTime(context)
            yield* kept
            // The cache may have had all of it from the build before.
            yield* (yield* Database).write("grounds", (tx) => tx.run("DELETE FROM grounds"))
            yield* builtHere(context, plain)
            return (yield* kept) !== undefined
          })
        expect(yield* keeps({})).toBe(true)
        expect(yield* keeps({}, () => ({ buildArgs: new Map([["UNKNOWN", "1"]]) }))).toBe(false)
        expect(
          yield* keeps({}, () => ({
            secrets: [{ id: "s", value: Redacted.make(Buffer.from("a secret of some length")) }]
          }))
        ).toBe(false)
        expect(yield* keeps({}, () => ({ bases: { policy: "newer" } }))).toBe(false)
        expect(yield* keeps({}, () => ({ earlyCutoff: true }))).toBe(false)
        expect(yield* keeps({}, () => ({ ttlMs: 1e9 }))).toBe(false)
        expect(yield* keeps({ "Dockerfile.lock": "" })).toBe(false)
        // One that stands on what had its own name before is another one each time.
        expect(yield* keeps({ Dockerfile: "FROM web\nENV B=2\n" })).toBe(false)
        const meanwhile = (change: (context: string) => void) =>
          keeps({}, (context) => ({ onEvent: ({ type }) => void (type === "cached" && change(context)) }))
        expect(yield* meanwhile(() => {})).toBe(true)
        expect(yield* meanwhile((context) => chmodSync(join(context, "app"), 0o600))).toBe(false)
        expect(yield* meanwhile((context) => writeFileSync(join(context, "Dockerfile"), "FROM scratch\n"))).toBe(false)
        expect(yield* meanwhile((context) => writeFileSync(join(context, ".dockerignore"), "app"))).toBe(false)
      }).pipe(Effect.provide(world))
  )

  it.scoped("are not kept of files that changed a moment ago, nor without a key", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.now())
      const context = yield* contextOf({ Dockerfile: simple, app: "program" })
      yield* builtHere(context)
      yield* builtHere(context)
      expect(yield* kept).toBeUndefined()
      yield* later
      yield* built("", { context, names: ["web"], dockerfile: { path: join(context, "Dockerfile") } })
      expect(yield* kept).toBeUndefined()
      yield* builtHere(context)
      expect(yield* kept).toBeDefined()
      const db = yield* Database
      expect(yield* db.read("images", (tx) => whereNameLeads(tx, "docker.io/library/nobody:latest"))).toBe("[]")
    }).pipe(Effect.provide(world))
  )
})
