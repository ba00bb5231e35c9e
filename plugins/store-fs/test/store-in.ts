import { join } from "node:path"
import { Settings } from "@gantry/core/Settings"
import * as Database from "@gantry/core/state/Database"
import { Layer } from "effect"
import * as StoreFs from "../src/StoreFs.ts"
import { quickSelf } from "./self.ts"

/** The whole store below a directory, with the unpacking process of the caller's choice. */
export const storeIn = (
  root: string,
  self: ReadonlyArray<string> = quickSelf,
  more: { readonly layerLimit?: number } = {}
) =>
  StoreFs.layer.pipe(
    Layer.provideMerge(Database.layer(join(root, "state.db"))),
    Layer.provideMerge(Layer.succeed(Settings, { root, run: root, jobs: 2, instance: "", self, ...more }))
  )
