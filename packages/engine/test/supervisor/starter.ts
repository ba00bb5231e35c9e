/** A program that starts a container and then waits to be killed. Arguments: the engine's directory and name, a file with the spec. */
import { readFileSync } from "node:fs"
import * as NamespaceLauncher from "@gantry/plugin-runtime-namespace/NamespaceLauncher"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import { Effect, Layer, Stream } from "effect"
import { layer } from "../../src/containers/SupervisedRuntime.ts"
import { selves, supervision } from "./rig.ts"

const [root = "", instance = "", file = ""] = process.argv.slice(2)
const settings = Layer.succeed(Settings, { root, run: `${root}/run`, jobs: 1, instance, self: selves.bun })
const runtime = layer.pipe(Layer.provide(NamespaceLauncher.layer({ self: selves.bun })), Layer.provide(settings))

const program = Effect.gen(function* () {
  const session = yield* (yield* Runtime).start(JSON.parse(readFileSync(file, "utf8")), { ...supervision, stdin: true })
  yield* Stream.runForEach(session.output, ({ bytes }) => Effect.sync(() => process.stdout.write(bytes)))
})

await Effect.runPromise(Effect.scoped(Effect.provide(program, runtime)))
