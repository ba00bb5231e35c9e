import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { SolveEvent } from "@gantry/build/solve/SolveEvent"
import { Recorded } from "@gantry/plugin-memory/MemoryRuntime"
import { Effect } from "effect"
import { Images, parseName } from "../../src/images/Images.ts"
import { build } from "../../src/verbs/build.ts"
import { type BuildRequest } from "../../src/builds/BuildRequest.ts"
import { scratch } from "../world.ts"

/** What a build is asked for, besides its Dockerfile. */
export interface Asked extends Partial<Omit<BuildRequest, "context" | "names">> {
  /** A directory; an empty one when absent. */
  readonly context?: string
  readonly names?: ReadonlyArray<string>
}

/** Builds a Dockerfile, with what happened. */
export const built = (text: string, { context, names = [], ...more }: Asked = {}) =>
  Effect.gen(function* () {
    const events: Array<SolveEvent> = []
    const warnings: Array<string> = []
    const result = yield* build({
      context: { of: "folder", path: context ?? (yield* scratch) },
      dockerfile: { text, shown: "Dockerfile" },
      names: yield* Effect.forEach(names, parseName),
      buildArgs: new Map(),
      labels: {},
      platforms: [{ os: "linux", architecture: "amd64" }],
      outputs: [],
      cacheFrom: [],
      cacheTo: [],
      onWarning: (warning) => void warnings.push(warning),
      noCache: false,
      network: "default",
      requireCached: false,
      onEvent: (event) => void events.push(event),
      ...more
    })
    return { ...result, events, warnings, config: yield* (yield* Images).config(result.image) }
  })

/** A directory with these files. */
export const contextOf = (files: Readonly<Record<string, string>>) =>
  Effect.map(scratch, (root) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), text, { mode: 0o644 })
    }
    return root
  })

/** The last word of every command that was run. */
export const ran = Effect.flatMap(Recorded, ({ asked }) =>
  Effect.map(asked, (specs) => specs.map(({ process }) => process.argv.at(-1)))
)
