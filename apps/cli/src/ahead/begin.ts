import type { globalOptions } from "../argv/tables/global.ts"
import type { Values } from "../argv/Option.ts"
import { configPlaces } from "../configuration/config-places.ts"
import { settingsOf } from "../settings.ts"
import type { Terminal } from "../terminal.ts"
import { inherited } from "../plugins/inherited.ts"
import type { Begun } from "./Begun.ts"
import { joinAhead } from "./join-ahead.ts"
import { supervisorAhead } from "./supervisor-ahead.ts"

/**
 * Begins what `run` and `exec` will most likely need, and knows how `exec`, `ps` and a `build` of which nothing has changed
 * are carried out without an engine.
 * Nothing is begun where a plugin may serve in the place of gantry's own runtime, and whatever goes wrong here is left to
 * the command to say.
 */
export const begin = async (
  name: "build" | "exec" | "ps" | "run",
  words: ReadonlyArray<string>,
  args: ReadonlyArray<string>,
  globals: Values<typeof globalOptions>,
  terminal: Terminal
): Promise<Begun> => {
  const { cwd, env, uid } = terminal
  const plugins = globals.plugin.length > 0 || (env[inherited] ?? "") !== "" || configPlaces(env, cwd).length > 0
  if (plugins) return {}
  const settings = settingsOf({ root: globals.root, run: globals.run }, env, uid)
  try {
    if (name === "ps") {
      const list = async () => (await import("./list-at-once.ts")).listAtOnce(words, args, settings, terminal)
      // There may be no database yet, or somebody is making it.
      return { atOnce: () => list().catch(() => "unusual" as const) }
    }
    if (name === "build") {
      const { usualBuild } = await import("./grounds-key.ts")
      const usual = usualBuild(words, args, settings, terminal)
      if (usual === undefined) return {}
      const atOnce = async () => (await import("./build-at-once.ts")).buildAtOnce(usual, settings, terminal)
      // Whatever is wrong with the grounds that were kept, the build itself does without them.
      return { groundsKey: usual.key, atOnce: () => atOnce().catch(() => "unusual" as const) }
    }
    if (name === "run") return supervisorAhead(words, args, settings)
    const ahead = joinAhead(words, args, settings)
    if (ahead === undefined) return {}
    const atOnce = async () => (await import("./exec-at-once.ts")).execAtOnce(ahead, settings, env)
    return { join: ahead.join, atOnce }
  } catch {
    return {}
  }
}
