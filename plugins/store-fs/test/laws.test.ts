import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Locks } from "@gantry/core/Locks"
import { blobLaws } from "@gantry/laws/blob-laws"
import { cacheLaws } from "@gantry/laws/cache-laws"
import { layerLaws } from "@gantry/laws/layer-laws"
import { lockLaws } from "@gantry/laws/lock-laws"
import { register } from "@gantry/laws/register"
import { Effect, Layer } from "effect"
import * as vitest from "vitest"
import * as FsLocks from "../src/FsLocks.ts"
import { storeIn } from "./store-in.ts"

/** A directory of its own, which goes in the end. */
const scratch = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "gantry-store-fs-"))),
  (root) => Effect.sync(() => rmSync(root, { recursive: true }))
)

const store = Layer.unwrapScoped(Effect.map(scratch, (root) => storeIn(root)))

const locks = Layer.unwrapScoped(Effect.map(scratch, (root) => Layer.succeed(Locks, FsLocks.make(root))))

register(vitest, { name: "store-fs keeps the blob laws", laws: blobLaws, layer: store })
register(vitest, { name: "store-fs keeps the lock laws", laws: lockLaws, layer: locks })

// Layers keep owners and device nodes, which only root can make.
vitest.describe.runIf(process.getuid?.() === 0)("as root", () => {
  register(vitest, { name: "store-fs keeps the layer laws", laws: layerLaws, layer: store, limit: 300_000 })
  register(vitest, { name: "store-fs keeps the cache laws", laws: cacheLaws, layer: store })
})
