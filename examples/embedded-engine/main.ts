import * as Effect from "effect/Effect"
import { built, ran } from "./greeting.ts"

/**
 * `main.ts` uses an engine in memory; `main.ts ROOT GANTRY` one on this machine, in the directory ROOT, with the program
 * GANTRY for its tiny processes.
 */
const [root, gantry] = process.argv.slice(2)

/** In memory a tiny shell is always there; on a machine the image needs a base that has one. */
const dockerfile = `FROM ${root === undefined ? "scratch" : "busybox"}
RUN mkdir /srv && echo "hello from a container" > /srv/greeting
CMD ["cat", "/srv/greeting"]
`

const program = Effect.gen(function* () {
  const begun = performance.now()
  const { image, steps } = yield* built({ name: "greeting", dockerfile })
  console.log(`built ${image} (${steps.join(", ")})`)
  const code = yield* ran("greeting", [], (text) => process.stdout.write(text))
  console.log(`ended with ${code} after ${(performance.now() - begun).toFixed(0)} ms`)
  return code
})

const run = async (): Promise<number> => {
  if (root === undefined || gantry === undefined) {
    const { engine } = await import("./in-memory.ts")
    return Effect.runPromise(Effect.provide(program, engine))
  }
  const { engine } = await import("./on-this-machine.ts")
  return Effect.runPromise(Effect.provide(program, engine(root, gantry)))
}

process.exitCode = await run()
