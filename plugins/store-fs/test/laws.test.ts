import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir, userInfo } from "node:os"
import { join } from "node:path"
import { blobLaws } from "@gantry/laws/blob-laws"
import { cacheLaws } from "@gantry/laws/cache-laws"
import { layerLaws } from "@gantry/laws/layer-laws"
import { register } from "@gantry/laws/register"
import { Effect, Layer } from "effect"
import * as vitest from "vitest"
import { storeIn } from "./store-in.ts"

/** A store in a directory of its own, which goes with it. */
const store = Layer.unwrapScoped(
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "gantry-store-fs-"))),
      (root) => Effect.sync(() => rmSync(root, { recursive: true }))
    ),
    (root) => storeIn(root)
  )
)

register(vitest, { name: "store-fs keeps the blob laws", laws: blobLaws, layer: store })

// Layers keep owners and device nodes, which only root can make.
vitest.describe.runIf(userInfo().uid === 0)("as root", () => {
  register(vitest, { name: "store-fs keeps the layer laws", laws: layerLaws, layer: store, limit: 300_000 })
  register(vitest, { name: "store-fs keeps the cache laws", laws: cacheLaws, layer: store })
})
