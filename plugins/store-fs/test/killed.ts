/** Leaves a draft, a kept tree and a half unpacked layer behind, says so, and waits to be killed. */
import { digest } from "@gantry/core/image/Digest"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { Effect, Stream } from "effect"
import { storeIn } from "./store-in.ts"

const program = Effect.gen(function* () {
  const store = yield* LayerStore
  yield* store.prepare({ parents: [], keep: false })
  yield* store.prepare({ parents: [], keep: true, id: "kept" })
  const stalled = Stream.concat(
    Stream.make(new Uint8Array(100)),
    Stream.concat(Stream.execute(Effect.sync(() => process.stdout.write("ready\n"))), Stream.never)
  )
  yield* store.unpack(digest(`sha256:${"0".repeat(64)}`), stalled)
})

await Effect.runPromise(Effect.provide(program, storeIn(process.argv[2] ?? "")))
