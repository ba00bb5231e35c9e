import { chmodSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { prefill } from "../../src/volumes/prefill.ts"
import { Volumes } from "../../src/volumes/Volumes.ts"
import { directory, file, layerOf, symlink, world } from "../world.ts"

// Owners are the test's own, so that nobody has to be root.
const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
const mtimeNs = 1_000_000n * 1_000_000_000n

const tree: ReadonlyArray<TreeChange> = [
  directory("data", { ...own, mode: 0o750 }),
  file("data/a", "A", { ...own, mode: 0o640, mtimeNs }),
  directory("data/sub", { ...own, mode: 0o500 }),
  file("data/sub/b", "B", { ...own, mode: 0o4755 }),
  { type: "hardlink", path: "data/sub/c", target: "data/sub/b", mode: 0o4755, ...own, mtimeNs },
  { ...symlink("data/away", "/etc"), ...own } as TreeChange,
  { type: "fifo", path: "data/pipe", mode: 0o600, ...own, mtimeNs },
  symlink("alias", "data"),
  file("file", "F", own),
  file("other", "O", own)
]

const filled = (target: string, changes = tree) =>
  Effect.gen(function* () {
    const volume = yield* (yield* Volumes).ensure({ name: "v", anonymous: false })
    yield* prefill(volume, [yield* layerOf(changes)], { target })
    return volume.path
  })

const modeOf = (path: string) => (lstatSync(path).mode & 0o7777).toString(8)

describe("prefill", () => {
  it.effect("copies what the image has there: contents, modes, times and links", () =>
    Effect.gen(function* () {
      const path = yield* filled("/data")
      expect(readdirSync(path).toSorted()).toEqual(["a", "away", "sub"])
      expect(readFileSync(join(path, "a"), "utf8")).toBe("A")
      expect(modeOf(join(path, "a"))).toBe("640")
      expect(lstatSync(join(path, "a")).mtimeMs).toBe(1_000_000_000)
      expect(modeOf(join(path, "sub"))).toBe("500")
      expect(modeOf(join(path, "sub/b"))).toBe("4755")
      expect(lstatSync(join(path, "sub/b")).ino).toBe(lstatSync(join(path, "sub/c")).ino)
      expect(readlinkSync(join(path, "away"))).toBe("/etc")
      // The test's own clearing up cannot go through what nobody may write.
      chmodSync(join(path, "sub"), 0o700)
    }).pipe(Effect.provide(world))
  )

  it.effect("gives the volume the mode of the directory it is mounted on", () =>
    Effect.gen(function* () {
      const path = yield* filled("/data")
      expect(modeOf(path)).toBe("750")
      chmodSync(join(path, "sub"), 0o700)
    }).pipe(Effect.provide(world))
  )

  it.effect("follows a link of the image to the directory", () =>
    Effect.gen(function* () {
      const path = yield* filled("/alias/")
      expect(readFileSync(join(path, "a"), "utf8")).toBe("A")
      chmodSync(join(path, "sub"), 0o700)
    }).pipe(Effect.provide(world))
  )

  it.effect("leaves the volume empty when the image has nothing or no directory there", () =>
    Effect.gen(function* () {
      expect(readdirSync(yield* filled("/nowhere"))).toEqual([])
      expect(readdirSync(yield* filled("/file"))).toEqual([])
    }).pipe(Effect.provide(world))
  )

  // The root of an image belongs to root.
  it.effect.skipIf(own.uid !== 0)("copies a whole image into a volume mounted on a link to its root", () =>
    Effect.gen(function* () {
      const path = yield* filled(
        "/top",
        [symlink("top", "/"), directory("etc", own), file("etc/motd", "hello", own)].map((each) => ({
          ...each,
          ...own
        }))
      )
      expect(readFileSync(join(path, "etc/motd"), "utf8")).toBe("hello")
    }).pipe(Effect.provide(world))
  )
})

describe("Volumes", () => {
  it.effect("makes a volume once, and knows it again", () =>
    Effect.gen(function* () {
      const volumes = yield* Volumes
      const first = yield* volumes.ensure({ name: "v", anonymous: false, labels: { a: "b" } })
      writeFileSync(join(first.path, "kept"), "")
      const second = yield* volumes.ensure({ name: "v", anonymous: true })
      expect(second).toEqual({ ...first, lastUsed: second.lastUsed })
      expect(yield* volumes.isEmpty(second)).toBe(false)
      expect(yield* volumes.list).toEqual([second])
    }).pipe(Effect.provide(world))
  )

  it.effect(
    "keeps other users of the host out of all volumes, and those of containers in none, whatever the umask",
    () =>
      Effect.gen(function* () {
        const before = process.umask(0o077)
        const { path } = yield* Effect.ensuring(
          Effect.flatMap(Volumes, ({ ensure }) => ensure({ name: "v", anonymous: false })),
          Effect.sync(() => process.umask(before))
        )
        expect([join(path, "../.."), join(path, ".."), path].map(modeOf)).toEqual(["701", "755", "755"])
      }).pipe(Effect.provide(world))
  )

  it.effect("forgets a volume and removes what is in it, twice as well as once", () =>
    Effect.gen(function* () {
      const volumes = yield* Volumes
      const { path } = yield* volumes.ensure({ name: "v", anonymous: false })
      writeFileSync(join(path, "gone"), "")
      yield* volumes.remove("v")
      yield* volumes.remove("v")
      expect(yield* volumes.list).toEqual([])
      expect(yield* volumes.isEmpty(yield* volumes.ensure({ name: "v", anonymous: false }))).toBe(true)
    }).pipe(Effect.provide(world))
  )
})
