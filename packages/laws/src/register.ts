import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { type Law, LawBroken } from "./Law.ts"

/** What vitest, bun test and node:test have in common. Hand over the module: `register(vitest, …)`. */
export type Runner = {
  readonly describe: (name: string, body: () => void) => unknown
  /** The number is a limit in milliseconds, which node:test ignores. */
  readonly it: (name: string, body: () => Promise<void>, milliseconds?: number) => unknown
} & ({ readonly afterAll: After } | { readonly after: After })

type After = (body: () => Promise<void>) => unknown

/** Laws, and something that must keep them. */
export interface Suite<R, E> {
  /** Who is held to the laws: `store-fs keeps the blob laws`. */
  readonly name: string
  readonly laws: ReadonlyArray<Law<R>>
  /** Built once when the first law asks for it, released after the last law. */
  readonly layer: Layer.Layer<R, E>
  /** Longest time of one law in milliseconds, there for what never ends; 300 000 when absent. */
  readonly limit?: number
}

/** How the runner is asked for one law alone. Which runner it is shows in what else its module has. */
const commandFor = (runner: Runner, id: string): string => {
  if ("run" in runner) return `node --test --test-name-pattern="${id} "`
  return "mock" in runner ? `bun test -t "${id} "` : `npx vitest run -t "${id} "`
}

/**
 * Makes one test of each law: `BLOB-1 what was written is what is read`. The clock of the laws is the real one.
 *
 * @example
 * ```ts
 * import { blobLaws } from "@gantry/laws/blob-laws"
 * import { register } from "@gantry/laws/register"
 * import * as MemoryBlobs from "@gantry/plugin-memory/MemoryBlobs"
 * import * as vitest from "vitest"
 *
 * register(vitest, { name: "memory keeps the blob laws", laws: blobLaws, layer: MemoryBlobs.layer })
 * ```
 */
export const register = <R, E>(runner: Runner, { laws, layer, limit = 300_000, name }: Suite<R, E>): void => {
  runner.describe(name, () => {
    const runtime = ManagedRuntime.make(layer)
    const after = "afterAll" in runner ? runner.afterAll : runner.after
    after(() => runtime.dispose())
    for (const { check, id, sentence } of laws) {
      const command = commandFor(runner, id)
      const told = Effect.mapError(check, (broken) => new LawBroken({ ...broken, command }))
      runner.it(`${id} ${sentence}`, () => runtime.runPromise(told), limit)
    }
  })
}
