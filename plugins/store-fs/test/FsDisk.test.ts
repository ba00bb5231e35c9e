import { execFileSync } from "node:child_process"
import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ofBytes } from "@gantry/core/image/Digest"
import { Settings } from "@gantry/core/Settings"
import * as Database from "@gantry/core/state/Database"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { Disk } from "@gantry/core/store/Disk"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Option, Stream } from "effect"
import * as FsDisk from "../src/FsDisk.ts"
import * as StoreFs from "../src/StoreFs.ts"

/** A store in a directory of its own, whose database lies elsewhere so that only the store changes what is measured. */
const inStore = <A, E>(
  body: (root: string) => Effect.Effect<A, E, BlobStore | Disk | LayerStore>
): Effect.Effect<A, unknown> =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "gantry-disk-"))),
    (home) => {
      const root = join(home, "root")
      const settings = Layer.succeed(Settings, { root, run: home, jobs: 2, instance: "", self: [] })
      const base = Layer.merge(Database.layer(join(home, "state.db")), settings)
      return Effect.provide(body(root), Layer.merge(StoreFs.layer, FsDisk.layer).pipe(Layer.provide(base)))
    },
    (home) => Effect.sync(() => rmSync(home, { recursive: true, force: true }))
  )

const bytes = new TextEncoder().encode("blob")

/** A layer, a kept tree on it, a blob, the beginning of another, and things of other owners. */
const furnish = (root: string) =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const blobs = yield* BlobStore
    const draft = yield* layers.prepare({ parents: [], keep: false })
    const content = { from: "bytes" as const, bytes: new Uint8Array(9000) }
    yield* layers.write(draft, [
      { type: "file", path: "a", mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n, size: content.bytes.length, content }
    ])
    const { diffId } = Option.getOrThrow(yield* layers.commit(draft))
    yield* layers.prepare({ id: "kept", parents: [diffId], keep: true })
    yield* blobs.write(ofBytes(bytes), Stream.make(bytes))
    yield* Effect.scoped(
      Effect.gen(function* () {
        const partial = Option.getOrThrow(yield* blobs.partial(ofBytes("later")))
        yield* partial.append(new Uint8Array(5000))
      })
    )
    mkdirSync(join(root, "volumes/v/_data"), { recursive: true })
    writeFileSync(join(root, "volumes/v/_data/one"), new Uint8Array(20_000))
    linkSync(join(root, "volumes/v/_data/one"), join(root, "volumes/v/_data/two"))
    mkdirSync(join(root, "volumes/w"))
    linkSync(join(root, "volumes/v/_data/one"), join(root, "volumes/w/three"))
    writeFileSync(join(root, "index.json"), "{}")
    return diffId
  })

// Layers keep owners, which only root can give.
describe.runIf(process.getuid?.() === 0)("Disk of store-fs", () => {
  it.effect("tells every byte once: the items add up to what du says", () =>
    inStore((root) =>
      Effect.gen(function* () {
        yield* furnish(root)
        const items = yield* (yield* Disk).survey(["volumes"])
        const [du = ""] = execFileSync("du", ["-B1", "-s", root], { encoding: "utf8" }).split("\t")
        expect(items.reduce((sum, item) => sum + item.bytes, 0)).toBe(Number(du))
        expect(new Set(items.map(({ path }) => path)).size).toBe(items.length)
      })
    )
  )

  it.effect("says what each thing is", () =>
    inStore((root) =>
      Effect.gen(function* () {
        const diffId = yield* furnish(root)
        mkdirSync(join(root, "layers/mine"))
        mkdirSync(join(root, "layers/0123456789ab"))
        mkdirSync(join(root, "ingest/who-knows"))
        writeFileSync(join(root, "blobs/sha256/not-a-digest"), "")
        writeFileSync(join(root, "blobs/md5"), "")
        const items = yield* (yield* Disk).survey(["volumes"])
        const told = items.filter(({ kind }) => kind !== "records").map(({ id, kind }) => `${kind} ${id}`)
        expect(told.toSorted()).toEqual(
          [
            `layer ${diffId}`,
            "tree kept",
            `blob ${ofBytes(bytes)}`,
            `partial ${ofBytes("later")}`,
            "leftover layers/0123456789ab",
            "leftover ingest/who-knows",
            "stray layers/mine",
            "stray blobs/sha256/not-a-digest",
            "stray blobs/md5",
            "other index.json",
            "other volumes",
            "other volumes/v",
            "other volumes/w"
          ].toSorted()
        )
      })
    )
  )

  it.effect("removes strays, and nothing that has become known since", () =>
    inStore((root) =>
      Effect.gen(function* () {
        const diffId = yield* furnish(root)
        const disk = yield* Disk
        mkdirSync(join(root, "layers/mine"))
        mkdirSync(join(root, "foreign"))
        const items = yield* disk.survey([])
        for (const item of items) {
          if (item.kind === "layer") yield* disk.remove({ kind: "stray", path: item.path })
          else if (item.kind === "stray" || item.path === "foreign") yield* disk.remove(item)
        }
        const left = yield* disk.survey([])
        const gone = items.filter(({ path }) => !left.some((each) => each.path === path)).map(({ path }) => path)
        expect(gone.toSorted()).toEqual(["foreign", "layers/mine"])
        expect(Option.isSome(yield* (yield* LayerStore).get(diffId))).toBe(true)
      })
    )
  )

  it.effect("refuses paths that lead out of the root", () =>
    inStore(() =>
      Effect.gen(function* () {
        const exit = yield* Effect.exit((yield* Disk).remove({ kind: "other", path: "../state.db" }))
        expect(exit._tag).toBe("Failure")
      })
    )
  )

  it.effect("a sweep takes leftovers and leaves strays to whoever asks", () =>
    inStore((root) =>
      Effect.gen(function* () {
        yield* furnish(root)
        mkdirSync(join(root, "layers/mine"))
        mkdirSync(join(root, "layers/0123456789ab"))
        expect(yield* (yield* LayerStore).sweep).toEqual(["0123456789ab"])
        const kinds = (yield* (yield* Disk).survey([])).map(({ kind }) => kind)
        expect(kinds).toContain("stray")
        expect(kinds).not.toContain("leftover")
      })
    )
  )
})
