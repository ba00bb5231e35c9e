import { randomBytes } from "node:crypto"
import { type ContainerSpec, plainSpec } from "@gantry/core/runtime/ContainerSpec"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { RuntimeBench } from "@gantry/laws/RuntimeBench"
import { Context, Effect, Layer } from "effect"
import * as MemoryLayers from "../src/MemoryLayers.ts"
import * as MemoryRuntime from "../src/MemoryRuntime.ts"
import { tinyShell } from "../src/tiny-shell.ts"

/** A container that runs a command on a root, and has nothing else. */
export const specOf = (id: string, root: ContainerSpec["root"], argv: ReadonlyArray<string>): ContainerSpec =>
  plainSpec(id, root, { argv, env: ["PATH=/bin"] })

/** A memory runtime with the tiny shell, a place to make its containers, and the store it stands on. */
export const runtimeBench = Layer.effectContext(
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const { processes, runtime } = yield* MemoryRuntime.make({ commands: tinyShell })
    const bench = RuntimeBench.of({
      spec: (argv) =>
        Effect.gen(function* () {
          const id = randomBytes(32).toString("hex")
          const tree = yield* Effect.acquireRelease(layers.prepare({ parents: [], id, keep: true }), (made) =>
            Effect.zipRight(runtime.remove(id), Effect.orDie(layers.discard(made)))
          )
          return specOf(id, tree.root, argv)
        }),
      commands: {
        exit: (code) => ["sh", "-c", `exit ${code}`],
        print: (out, err) => ["sh", "-c", `echo ${out}; echo ${err} >&2`],
        wait: ["sh", "-c", "echo begun; cat"],
        forever: ["sh", "-c", "echo begun; sleep infinity"],
        processes: ["sh", "-c", "ps; echo end; cat"],
        missing: ["no-such-command-anywhere"]
      },
      processes,
      // Nothing is ever mounted without a kernel.
      mounts: () => Effect.succeed(0)
    })
    return Context.make(Runtime, runtime).pipe(Context.add(RuntimeBench, bench))
  })
).pipe(Layer.provide(MemoryLayers.layer))
