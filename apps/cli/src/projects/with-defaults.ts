import * as Effect from "effect/Effect"
import type { Values } from "../argv/Option.ts"
import type { projectOptions } from "../argv/tables/projects/names.ts"
import { plain, type Usage } from "../commands/Usage.ts"
import { progressForms } from "./progress.ts"

type Globals = Values<typeof projectOptions>

const progressModes: ReadonlyArray<string> = ["auto", ...progressForms]
const ansiModes = ["always", "auto", "never"]

/** What stands between `compose` and its command, with what `COMPOSE_…` variables say in the place of what is not said. */
export const withDefaults = (
  globals: Globals,
  environment: { readonly [name: string]: string | undefined }
): Effect.Effect<Globals, Usage> =>
  Effect.gen(function* () {
    const said = (name: string) => environment[name] || undefined
    const progress = globals.progress || said("COMPOSE_PROGRESS")
    if (progress !== undefined && !progressModes.includes(progress)) {
      return yield* plain(
        `unsupported --progress value ${JSON.stringify(progress)}`,
        `it is one of ${progressModes.join(", ")}; COMPOSE_PROGRESS can say it, too`
      )
    }
    const ansi = globals.ansi ?? said("COMPOSE_ANSI")
    if (ansi !== undefined && !ansiModes.includes(ansi)) {
      return yield* plain(`invalid --ansi value ${JSON.stringify(ansi)}`, `it is one of ${ansiModes.join(", ")}`)
    }
    const limit = said("COMPOSE_PARALLEL_LIMIT")
    if (globals.parallel === undefined && limit !== undefined && !/^-?\d{1,9}$/.test(limit)) {
      return yield* plain(
        `COMPOSE_PARALLEL_LIMIT must be an integer (found: ${JSON.stringify(limit)})`,
        "write how many containers are dealt with at the same time, or -1 for all"
      )
    }
    const parallel = globals.parallel ?? (limit === undefined ? undefined : Number(limit))
    return {
      ...globals,
      ...(progress === undefined ? {} : { progress }),
      ...(ansi === undefined ? {} : { ansi }),
      ...(parallel === undefined ? {} : { parallel })
    }
  })
