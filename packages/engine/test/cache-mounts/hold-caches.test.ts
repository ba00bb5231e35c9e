import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { it } from "@effect/vitest"
import type { CacheMount as CacheOption } from "@gantry/build/dockerfile/RunMount"
import { Settings } from "@gantry/core/Settings"
import { Deferred, Effect, Fiber, Option } from "effect"
import { describe, expect } from "vitest"
import * as CacheMount from "../../src/cache-mounts/CacheMount.ts"
import { holdCaches, type WantedCache } from "../../src/cache-mounts/hold-caches.ts"
import { layerOf, world } from "../world.ts"

const option = (id: string, more: Partial<CacheOption> = {}): CacheOption => ({
  type: "cache",
  id,
  hasId: true,
  target: "/c",
  source: "/",
  sharing: "shared",
  readOnly: false,
  mode: 0o755,
  uid: 0,
  gid: 0,
  ...more
})

const only = (wanted: WantedCache) =>
  Effect.map(holdCaches([wanted]), (held) => held.get(wanted.option) ?? { path: "", wasOfAnotherBase: false })

const hold = (id: string, more: Partial<CacheOption> = {}, base = "b") => only({ option: option(id, more), base })

// Their directories get an owner, whom only root can give.
const isRoot = process.getuid?.() === 0

describe("cache mounts", () => {
  it.scopedLive.skipIf(!isRoot)("are one directory for one id, and keep what is written", () =>
    Effect.gen(function* () {
      const first = yield* Effect.scoped(hold("npm"))
      writeFileSync(join(first.path, "kept"), "x")
      const again = yield* hold("npm")
      expect(again.path).toBe(first.path)
      expect(readFileSync(join(again.path, "kept"), "utf8")).toBe("x")
      expect((yield* hold("other")).path).not.toBe(first.path)
      expect((yield* CacheMount.list).map(({ id }) => id)).toEqual(["npm", "other"])
    }).pipe(Effect.provide(world))
  )

  it.each([
    ["npm", "npm"],
    ["/root/.cache/go", /^root-.cache-go-[0-9a-f]{12}$/],
    ["../../etc", /^etc-[0-9a-f]{12}$|^\.\.-[^/]*$|^[^/.][^/]*-[0-9a-f]{12}$/],
    ["", /^cache-[0-9a-f]{12}$/],
    ["a/b", /^a-b-[0-9a-f]{12}$/],
    ["a-0123456789ab", /^a-0123456789ab-[0-9a-f]{12}$/],
    [".hidden", /^hidden-[0-9a-f]{12}$/]
  ])("with the id %j have a name that is one safe directory of its own", (id, name) => {
    expect(CacheMount.nameOf(id)).toMatch(name)
    expect(CacheMount.nameOf(id)).not.toMatch(/\/|^\.|~/)
    expect(CacheMount.gateOf(CacheMount.nameOf(id, 3))).toBe(CacheMount.gateOf(CacheMount.nameOf(id)))
  })

  it.scopedLive.skipIf(!isRoot)("begin with what the image has, and with the mode that is asked for", () =>
    Effect.gen(function* () {
      const meta = { mode: 0o644, uid: 3, gid: 4, mtimeNs: 0n }
      const bytes = new TextEncoder().encode("seed")
      const layer = yield* layerOf([
        { ...meta, type: "directory", path: "seeds", mode: 0o750 },
        { ...meta, type: "file", path: "seeds/a", size: 4, content: { from: "bytes", bytes } }
      ])
      const begin = { of: "tree", stack: [layer] } as const
      const wanted = { option: option("seeded", { source: "/seeds", mode: 0o700 }), base: "b", begin }
      const { path } = yield* only(wanted)
      expect(readFileSync(join(path, "a"), "utf8")).toBe("seed")
      expect(statSync(path).mode & 0o7777).toBe(0o700)
      writeFileSync(join(path, "a"), "changed")
      expect((yield* only(wanted)).path).toBe(path)
      expect(readFileSync(join(path, "a"), "utf8")).toBe("changed")
      // What begins with something else, or with nothing, is another one.
      const newer = yield* layerOf([{ ...meta, type: "directory", path: "seeds", mode: 0o750 }])
      const others = [{ of: "tree", stack: [layer, newer] } as const, undefined].map((other) =>
        only({ option: wanted.option, base: "b", ...(other === undefined ? {} : { begin: other }) })
      )
      const paths = (yield* Effect.all(others)).map((other) => other.path)
      expect(new Set([path, ...paths]).size).toBe(3)
    }).pipe(Effect.provide(world))
  )

  it.scopedLive.skipIf(!isRoot)("that are locked wait for each other and for those that share", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      const sharing = yield* Deferred.make<void>()
      const done = yield* Deferred.make<void>()
      const sharer = yield* Effect.fork(
        Effect.scoped(
          Effect.gen(function* () {
            yield* hold("one")
            yield* Deferred.succeed(sharing, undefined)
            yield* Deferred.await(done)
            order.push("shared ends")
          })
        )
      )
      yield* Deferred.await(sharing)
      const locker = yield* Effect.fork(
        Effect.scoped(Effect.map(hold("one", { sharing: "locked" }), () => void order.push("locked begins")))
      )
      yield* Effect.yieldNow()
      yield* Deferred.succeed(done, undefined)
      yield* Fiber.join(sharer)
      yield* Fiber.join(locker)
      expect(order).toEqual(["shared ends", "locked begins"])
    }).pipe(Effect.provide(world))
  )

  it.scopedLive.skipIf(!isRoot)("that are private are never used by two at once, and used again afterwards", () =>
    Effect.gen(function* () {
      const held = yield* Effect.scoped(
        Effect.gen(function* () {
          const both = [yield* hold("p", { sharing: "private" }), yield* hold("p", { sharing: "private" })]
          return both.map(({ path }) => path)
        })
      )
      expect(new Set(held).size).toBe(2)
      expect((yield* hold("p", { sharing: "private" })).path).toBe(held[0])
    }).pipe(Effect.provide(world))
  )

  it.scopedLive.skipIf(!isRoot)("wanted twice by one command, even locked, are one directory", () =>
    Effect.gen(function* () {
      const wanted = [option("x", { sharing: "locked" }), option("x", { target: "/d", sharing: "locked" })]
      const held = yield* holdCaches(wanted.map((each) => ({ option: each, base: "b" })))
      expect([...held.keys()]).toEqual(wanted)
      expect(new Set([...held.values()].map(({ path }) => path)).size).toBe(1)
    }).pipe(Effect.provide(world))
  )

  it.scopedLive.skipIf(!isRoot)("say when the step before was on another base image", () =>
    Effect.gen(function* () {
      const was = (base: string) =>
        Effect.map(Effect.scoped(hold("b", {}, base)), ({ wasOfAnotherBase }) => wasOfAnotherBase)
      expect([yield* was("one"), yield* was("one"), yield* was("two"), yield* was("two")]).toEqual([
        false,
        false,
        true,
        false
      ])
    }).pipe(Effect.provide(world))
  )

  it.scopedLive.skipIf(!isRoot)("are not removed while a command uses them", () =>
    Effect.gen(function* () {
      const path = yield* Effect.scoped(
        Effect.gen(function* () {
          const { path: used } = yield* hold("busy")
          expect(yield* CacheMount.remove("busy")).toBe(false)
          return used
        })
      )
      expect(existsSync(path)).toBe(true)
      expect(yield* CacheMount.remove("busy")).toBe(true)
      expect(existsSync(path)).toBe(false)
      expect(yield* CacheMount.list).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.scopedLive.skipIf(!isRoot)("that were never finished are made anew", () =>
    Effect.gen(function* () {
      const { root } = yield* Settings
      const home = join(root, "cache-mounts", "half")
      mkdirSync(join(home, "data"), { recursive: true })
      writeFileSync(join(home, "data", "rubbish"), "")
      expect(yield* CacheMount.list).toEqual([])
      expect(readdirSync((yield* hold("half")).path)).toEqual([])
      expect(Option.isSome(Option.fromNullable(CacheMount.readInfo(root, "half")))).toBe(true)
    }).pipe(Effect.provide(world))
  )
})
