import { Effect, Layer, Option, Stream } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import * as Database from "@gantry/core/state/Database"
import { Settings } from "@gantry/core/Settings"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { hasher } from "@gantry/core/image/Digest"
import * as FsLayers from "../src/FsLayers.ts"
const root = mkdtempSync("/tmp/sfs/r-")
const env = Layer.mergeAll(Database.layer(`${root}/state.db`), Layer.succeed(Settings, { root, run: root, jobs: 2, instance: "", self: [process.execPath, "--conditions=gantry-source", "/work/main/apps/cli/src/bin.ts"] }))
const bytes = (s: string) => ({ from: "bytes" as const, bytes: Buffer.from(s) })
const N = 20000
const prog = Effect.gen(function* () {
  const s = yield* LayerStore
  let t = performance.now()
  const lap = (w: string) => { console.log(w, (performance.now() - t).toFixed(0)); t = performance.now() }
  const tree = yield* s.prepare({ parents: [], keep: false }); lap("prepare")
  const meta = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 1700000000_123456789n }
  const many = Array.from({ length: N }, (_, i) => ({ ...meta, type: "file" as const, path: `d${i % 100}/e${i % 10}/f${i}`, size: 5 + String(i).length, content: bytes(`hello${i}`) }))
  yield* s.write(tree, many); lap("write")
  const l = Option.getOrThrow(yield* s.commit(tree)); lap("commit")
  console.log(l)
  const h = hasher()
  yield* Stream.runForEach(s.pack(l.diffId), (p) => Effect.sync(() => h.update(p))); lap("pack")
  console.log(h.digest() === l.diffId)
  const e = yield* s.walk([l.diffId], ""); lap("walk"); console.log(e.length)
  console.log(yield* s.lookup([l.diffId], "d1/e1/f1", true))
  lap("lookup")
  const chunks = yield* Stream.runCollect(s.pack(l.diffId)); lap("collect")
  yield* s.remove(l.diffId); lap("remove")
  const u = yield* s.unpack(l.diffId, Stream.fromIterable(chunks)); lap("unpack"); console.log(u)
  const h2 = hasher()
  yield* Stream.runForEach(s.pack(l.diffId), (p) => Effect.sync(() => h2.update(p))); lap("pack recipe")
  console.log(h2.digest() === l.diffId)
  yield* s.flush; lap("flush")
  const t2 = yield* s.prepare({ parents: [l.diffId], keep: false, id: "two" }); lap("prepare 2")
  console.log(t2.root)
  yield* s.write(t2, [{ type: "removed", path: "d1/e1/f1" }, { ...meta, type: "file", path: "d2/e2/new", size: 1, content: bytes("x") }, { type: "opaque", path: "d3" }, { ...meta, type: "hardlink", path: "hard", target: "d5/e5/f5" }])
  console.log(yield* s.changes(t2), yield* s.usage(t2))
  const m = Option.getOrThrow(yield* s.commit(t2)); lap("commit 2"); console.log(m)
  console.log((yield* s.walk([l.diffId, m.diffId], "d3")).length, Option.isNone(yield* s.lookup([l.diffId, m.diffId], "d1/e1/f1", true)))
  console.log(yield* s.sweep)
})
await Effect.runPromise(Effect.provide(prog, Layer.provide(FsLayers.layer, env)) as any)
rmSync(root, { recursive: true })
