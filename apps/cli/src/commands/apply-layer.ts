import { resolve } from "node:path"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { LayerMalformed } from "@gantry/core/store/StoreError"
import { decompressed } from "@gantry/core/compression/decompress"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { applyLayer as table } from "../argv/tables/debug.ts"
import { define } from "./define.ts"
import { Usage } from "./Usage.ts"

/** `gantry debug apply-layer`: prints the digest of the uncompressed archive, which is the layer's diffID. */
export default define(table, ({ operands: [directory = ""] }, { terminal }) =>
  Effect.gen(function* () {
    const { apply } = yield* LayerStore
    if (apply === undefined) return yield* Effect.dieMessage("this store has no folders")
    if (terminal.stdinIsTerminal) {
      return yield* new Usage({
        message: "no archive on standard input",
        hint: "gantry debug apply-layer DIRECTORY < layer.tar",
        status: 1
      })
    }
    const archive = Stream.fromAsyncIterable(
      decompressed(process.stdin),
      (cause) =>
        new LayerMalformed({ layer: "the archive", why: cause instanceof Error ? cause.message : String(cause) })
    )
    const { diffId } = yield* apply(resolve(terminal.cwd, directory), archive)
    terminal.out(`${diffId}\n`)
    return 0
  })
)
