import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Cause from "effect/Cause"
import { parse as parseSource } from "@gantry/core/image/ImageSource"
import { Network } from "@gantry/core/network/Network"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { pluginCheck as table } from "../argv/tables/plugins.ts"
import { engine } from "../compose.ts"
import { type KitLaw, loadKit } from "../plugins/law-kit.ts"
import { readModule } from "../plugins/Choice.ts"
import { type LoadedPlugin, loadModule } from "../plugins/load-plugin.ts"
import { serveWith } from "../plugins/serve-with.ts"
import { settingsOf } from "../settings.ts"
import type { Terminal } from "../terminal.ts"
import { define, lookingAtPlugins } from "./define.ts"
import { badValue, Usage } from "./Usage.ts"

/** A directory of its own, which goes in the end. */
const scratch = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "gantry-check-"))),
  (root) => Effect.sync(() => rmSync(root, { recursive: true, force: true }))
)

const indented = (text: string) =>
  text
    .split("\n")
    .map((line) => `    ${line}\n`)
    .join("")

/** Where registries are tried: the bench of their laws, by the key that it has in every version of them. */
const RegistryBench = Context.GenericTag<{ readonly registry: string; readonly repository: string }>(
  "@gantry/laws/RegistryBench"
)

/**
 * An engine that is tried. It has networks and rules of its own on the host, as every engine has that is not at the
 * default root, and whatever the plugin or the laws have left of them goes with it.
 */
const triedEngine = (plugin: LoadedPlugin, root: string, terminal: Terminal) =>
  Effect.gen(function* () {
    const services = yield* engine(settingsOf({ root, run: join(root, "run") }, terminal.env, terminal.uid), {
      env: terminal.env,
      configFiles: [],
      serve: serveWith(new Map([[plugin.contract, plugin]]), yield* Effect.scope)
    })
    if (plugin.contract === "network") {
      yield* Effect.addFinalizer(() => Effect.ignoreLogged(Context.get(services, Network).reset))
    }
    return services
  })

/** The repository that `--place` names, or a new one in a folder of its own. */
const placeOf = (text: string | undefined, root: string, cwd: string) => {
  if (text === undefined)
    return Effect.succeed({ registry: `oci:${join(root, "place")}`, repository: "example.com/laws" })
  const ref = parseSource(text, cwd)
  return Either.isRight(ref)
    ? Effect.succeed({ registry: ref.right.registry, repository: ref.right.repository })
    : badValue(`--place ${JSON.stringify(text)}: ${ref.left.why}`)
}

/** Tries one law and says what came of it. Succeeds with whether it holds. */
const tried = (law: KitLaw, services: Context.Context<unknown>, again: string, terminal: Terminal) =>
  Effect.gen(function* () {
    const exit = yield* Effect.exit(Effect.provide(law.check, services))
    if (Exit.isSuccess(exit)) {
      terminal.out(`ok      ${law.id} ${law.sentence}\n`)
      return true
    }
    if (Cause.isInterruptedOnly(exit.cause)) return yield* Effect.interrupt
    terminal.out(`BROKEN  ${law.id} ${law.sentence}\n`)
    const broken = Option.getOrUndefined(Cause.failureOption(exit.cause))
    terminal.out(indented(broken?.report ?? Cause.pretty(exit.cause)))
    const replay = broken?.replay
    const variables = replay === undefined ? "" : `GANTRY_LAW_SEED=${replay.seed} GANTRY_LAW_PATH=${replay.path} `
    terminal.out(`    try this case again: ${variables}gantry plugin check --law ${law.id} ${again}\n`)
    return false
  })

/**
 * `gantry plugin check`: holds a plugin to the laws of its contract, in an engine of its own in a directory that goes
 * afterwards. The laws are those of the `@gantry/laws` beside the plugin.
 */
export default lookingAtPlugins(
  define(table, ({ operands: [operand = ""], options }, { terminal }) =>
    Effect.scoped(
      Effect.gen(function* () {
        const named = readModule(operand, terminal.cwd, "plugin check")
        if (Either.isLeft(named)) return yield* badValue(`"${operand}": ${named.left}`)
        const plugin = yield* loadModule(named.right)
        const { laws, version } = yield* loadKit(plugin)
        if (laws === undefined) {
          return yield* new Usage({
            message: `the laws of ${plugin.contract} need something beside the plugin to look at`,
            hint: "register them in a test of the plugin's, with a bench; see LAWS.md",
            status: 125
          })
        }
        const strange = options.law.find((id) => !laws.some((law) => law.id === id))
        if (strange !== undefined) {
          return yield* badValue(`there is no law ${strange}`, `there are ${laws.map(({ id }) => id).join(", ")}`)
        }
        const root = yield* scratch
        const place = yield* placeOf(options.place, root, terminal.cwd)
        const services = Context.add(yield* triedEngine(plugin, root, terminal), RegistryBench, place)
        const wanted = options.law.length === 0 ? laws : laws.filter(({ id }) => options.law.includes(id))
        terminal.out(
          `${plugin.name} (${plugin.file}) serves ${plugin.contract}; laws ${version ?? "of unknown version"}\n`
        )
        const held = yield* Effect.forEach(wanted, (law) =>
          tried(law, services as Context.Context<unknown>, operand, terminal)
        )
        const broken = held.filter((each) => !each).length
        terminal.out(broken === 0 ? `keeps all ${held.length} laws\n` : `breaks ${broken} of ${held.length} laws\n`)
        return broken === 0 ? 0 : 1
      })
    )
  )
)
