import { existsSync, mkdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { prepareMounts } from "../../src/containers/prepare-mounts.ts"
import type { MountRequest } from "../../src/containers/RunOptions.ts"
import { Volumes } from "../../src/volumes/Volumes.ts"
import { configOf, directory, file, layerOf, scratch, world } from "../world.ts"

const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }

const volume = (
  target: string,
  more: { readonly name?: string; readonly noCopy?: boolean; readonly readonly?: boolean } = {}
): MountRequest => ({
  type: "volume",
  target,
  readonly: false,
  noCopy: false,
  typed: `-v ${more.name ?? ""}:${target}`,
  ...more
})
const bind = (source: string, target: string, create = false): MountRequest => ({
  type: "bind",
  source,
  target,
  readonly: true,
  recursive: true,
  create,
  typed: `-v ${source}:${target}:ro`
})
const tmpfs = (target: string): MountRequest => ({
  type: "tmpfs",
  target,
  options: "size=1m",
  typed: `--tmpfs ${target}`
})

const prepared = (requests: ReadonlyArray<MountRequest>, declared: ReadonlyArray<string> = []) =>
  Effect.gen(function* () {
    const stack = [yield* layerOf([directory("data", own), file("data/seed", "planted", own)])]
    const image = configOf({ Volumes: Object.fromEntries(declared.map((path) => [path, {}])) })
    return yield* prepareMounts(requests, image, { stack, user: "", trees: { container: "c" } })
  }).pipe(Effect.scoped)

const why = (requests: ReadonlyArray<MountRequest>) =>
  Effect.map(Effect.flip(prepared(requests)), ({ message }) => message)

describe("prepareMounts", () => {
  it.effect("takes a VOLUME of an image that is not absolute from the root on", () =>
    Effect.gen(function* () {
      const { records } = yield* prepared([], ["data", "./a/../b"])
      expect(records.map(({ target }) => target)).toEqual(["/b", "/data"])
      expect(readFileSync(join(records[1]?.source ?? "", "seed"), "utf8")).toBe("planted")
    }).pipe(Effect.provide(world))
  )

  it.effect("makes a named volume, and fills it from the image", () =>
    Effect.gen(function* () {
      const { records, specs } = yield* prepared([volume("/data", { name: "mine" })])
      const [record] = records
      expect(record).toMatchObject({ type: "volume", name: "mine", target: "/data", anonymous: false, readonly: false })
      expect(specs).toEqual([
        { type: "bind", source: record?.source, target: "/data", readonly: false, recursive: false }
      ])
      expect(readFileSync(join(record?.source ?? "", "seed"), "utf8")).toBe("planted")
    }).pipe(Effect.provide(world))
  )

  it.effect("fills no volume that has something in it, and none that is not to be filled", () =>
    Effect.gen(function* () {
      const volumes = yield* Volumes
      const used = yield* volumes.ensure({ name: "used", anonymous: false })
      writeFileSync(join(used.path, "mine"), "")
      yield* prepared([volume("/data", { name: "used" })])
      expect(existsSync(join(used.path, "seed"))).toBe(false)
      const { records } = yield* prepared([volume("/data", { name: "bare", noCopy: true })])
      expect(existsSync(join(records[0]?.source ?? "", "seed"))).toBe(false)
    }).pipe(Effect.provide(world))
  )

  it.scoped("gives each path that the image declares a volume of its own, unless something else is mounted there", () =>
    Effect.gen(function* () {
      const { records } = yield* prepared(
        [bind(yield* scratch, "/data/"), tmpfs("/cache")],
        ["/data", "/cache", "/var/lib"]
      )
      expect(records.map(({ anonymous, target, type }) => [target, type, anonymous])).toEqual([
        ["/cache", "tmpfs", false],
        ["/data", "bind", false],
        ["/var/lib", "volume", true]
      ])
      expect(records[2]?.name).toMatch(/^[0-9a-f]{64}$/)
    }).pipe(Effect.provide(world))
  )

  it.effect(
    "takes over what another container has, where nothing else is asked for; of several the last one counts",
    () =>
      Effect.gen(function* () {
        const inherited = (target: string, name: string): MountRequest => ({
          type: "inherited",
          target,
          spec: { type: "bind", source: `/volumes/${name}`, target, readonly: true, recursive: false },
          record: { type: "volume", name, source: `/volumes/${name}`, target, readonly: true, anonymous: true },
          typed: "--volumes-from other"
        })
        const {
          own: mine,
          records,
          specs
        } = yield* prepared(
          [inherited("/a", "first"), inherited("/b", "first"), inherited("/b", "second"), tmpfs("/a")],
          ["/b", "/c"]
        )
        expect(records.map(({ name, target, type }) => [target, type, name === "" ? "" : name.slice(0, 6)])).toEqual([
          ["/a", "tmpfs", ""],
          ["/b", "volume", "second"],
          ["/c", "volume", expect.stringMatching(/^[0-9a-f]{6}$/)]
        ])
        expect(specs[1]).toMatchObject({ source: "/volumes/second", readonly: true })
        // What belongs to the other container does not go should this one not come to be.
        expect(mine.map(({ target }) => target)).toEqual(["/a", "/c"])
      }).pipe(Effect.provide(world))
  )

  it.effect("mounts a part of a volume, which is not filled from the image, and labels a new one", () =>
    Effect.gen(function* () {
      const labels = { a: "b" }
      const part: MountRequest = {
        ...volume("/data", { name: "parts" }),
        type: "volume",
        readonly: false,
        noCopy: false,
        subpath: "one",
        labels
      }
      expect(yield* why([part])).toContain("there is no one in volume parts")
      expect((yield* prepared([{ ...part, subpathLater: true }])).specs[0]).toMatchObject({ subpath: "one" })
      const { path } = yield* (yield* Volumes).ensure({ name: "parts", anonymous: false })
      symlinkSync("/", join(path, "one"))
      expect(yield* why([part])).toContain("one leads out of volume parts")
      unlinkSync(join(path, "one"))
      mkdirSync(join(path, "one"))
      const { records, specs } = yield* prepared([part])
      expect(specs[0]).toMatchObject({ source: records[0]?.source, subpath: "one" })
      expect(existsSync(join(records[0]?.source ?? "", "seed"))).toBe(false)
      yield* prepared([{ ...part, labels: { c: "d" } }])
      expect((yield* (yield* Volumes).list).map((each) => each.labels)).toEqual([labels])
    }).pipe(Effect.provide(world))
  )

  it.effect("puts a mount inside another after it", () =>
    Effect.gen(function* () {
      const { specs } = yield* prepared([tmpfs("/a/b/c"), tmpfs("/z"), tmpfs("/a"), tmpfs("/a/b")])
      expect(specs.map(({ target }) => target)).toEqual(["/a", "/z", "/a/b", "/a/b/c"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("mounts a directory or a file of the host", () =>
    Effect.gen(function* () {
      const place = yield* scratch
      const { records, specs } = yield* prepared([bind(place, "/host")])
      expect(specs).toEqual([{ type: "bind", source: place, target: "/host", readonly: true, recursive: true }])
      expect(records).toEqual([
        { type: "bind", name: "", source: place, target: "/host", readonly: true, anonymous: false }
      ])
      yield* prepared([bind(join(place, "made/of/it"), "/made", true)])
      expect(existsSync(join(place, "made/of/it"))).toBe(true)
      writeFileSync(join(place, "file"), "as it is")
      yield* prepared([bind(join(place, "file"), "/file", true)])
      expect(readFileSync(join(place, "file"), "utf8")).toBe("as it is")
    }).pipe(Effect.provide(world))
  )

  it.effect("says what is wrong with a mount, as it was typed", () =>
    Effect.gen(function* () {
      expect(yield* why([bind("/nowhere/at/all", "/x")])).toContain("bind source path does not exist: /nowhere/at/all")
      expect(yield* why([tmpfs("relative")])).toContain("mount path must be absolute")
      expect(yield* why([tmpfs("/")])).toContain("destination can't be '/'")
      expect(yield* why([tmpfs("/a/../")])).toContain("destination can't be '/'")
      expect(yield* why([tmpfs("/proc/")])).toContain("/proc is the container's own")
      expect(yield* why([bind("/tmp", "/proc")])).toContain("/proc is the container's own")
      expect(yield* why([tmpfs("/etc/../proc/sys")])).toContain("/proc/sys is the container's own")
      for (const same of [bind("/proc/", "/proc"), bind("/etc/hostname", "/proc/uptime")]) {
        expect(
          (yield* Effect.scoped(prepareMounts([same], configOf(), { stack: [], user: "", trees: { container: "c" } })))
            .specs
        ).toHaveLength(1)
      }
      expect(yield* why([tmpfs("/a"), tmpfs("/b/../a/")])).toContain("duplicate mount point: /a")
      expect(yield* why([volume("/a", { name: "../evil" })])).toContain("is not a volume name")
      expect(yield* why([volume("/a", { name: "" })])).toContain("is not a volume name")
    }).pipe(Effect.provide(world))
  )

  it.effect("leaves no volume without a name behind when a later mount fails, and keeps those with one", () =>
    Effect.gen(function* () {
      yield* why([volume("/a"), volume("/b", { name: "mine" }), bind("/nowhere/at/all", "/c")])
      expect((yield* (yield* Volumes).list).map(({ name }) => name)).toEqual(["mine"])
    }).pipe(Effect.provide(world))
  )
})
