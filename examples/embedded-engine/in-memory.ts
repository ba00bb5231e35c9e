import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Settings } from "@gantry/core/Settings"
import * as Database from "@gantry/core/state/Database"
import * as Containers from "@gantry/engine/containers/Containers"
import * as Images from "@gantry/engine/images/Images"
import * as LayerSources from "@gantry/engine/images/LayerSources"
import * as Volumes from "@gantry/engine/volumes/Volumes"
import * as Memory from "@gantry/plugin-memory/Memory"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** A folder for what is too big for memory, such as contexts that are streams. It goes in the end. */
const settings = Layer.scoped(
  Settings,
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "embedded-engine-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true }))
    ),
    (path) => ({ root: path, run: path, jobs: 2, instance: "embedded", self: [] })
  )
)

/**
 * A whole engine that needs no root, no kernel and no disk to speak of. Its shell knows a handful of programs: enough to see
 * whether a program uses the engine rightly, and in milliseconds.
 */
export const engine = Layer.mergeAll(Images.layer, LayerSources.layer, Containers.layer, Volumes.layer).pipe(
  Layer.provideMerge(Memory.layer()),
  Layer.provideMerge(Layer.merge(settings, Database.layer(":memory:")))
)
