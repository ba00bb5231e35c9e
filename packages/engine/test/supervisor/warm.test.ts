import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import * as NamespaceLauncher from "@gantry/plugin-runtime-namespace/NamespaceLauncher"
import { Effect, Layer } from "effect"
import { layer } from "../../src/containers/SupervisedRuntime.ts"
import { scratch } from "../world.ts"

describe("a runtime whose root directory nobody can write to", () => {
  it.scoped("gets nothing ready, and leaves it to the start to say why", () =>
    Effect.gen(function* () {
      const file = join(yield* scratch, "file")
      writeFileSync(file, "")
      const settings = { root: join(file, "root"), run: file, jobs: 1, instance: "warm", self: ["/nothing"] }
      const runtime = layer.pipe(
        Layer.provide(NamespaceLauncher.layer({ self: ["/nothing"] })),
        Layer.provide(Layer.succeed(Settings, settings))
      )
      const warmed = Effect.flatMap(Runtime, ({ warm }) => warm("a".repeat(64), { stdin: false, tty: false }))
      expect(yield* Effect.exit(Effect.provide(warmed, runtime))).toMatchObject({ _tag: "Success" })
    })
  )
})
