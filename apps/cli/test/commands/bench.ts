import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import * as Database from "@gantry/core/state/Database"
import * as Containers from "@gantry/engine/containers/Containers"
import { NotRunning } from "@gantry/core/runtime/RuntimeError"
import { ContainerRoots } from "@gantry/engine/containers/ContainerRoots"
import { DirectExec } from "@gantry/engine/containers/DirectExec"
import * as Images from "@gantry/engine/images/Images"
import * as LayerSources from "@gantry/engine/images/LayerSources"
import * as Volumes from "@gantry/engine/volumes/Volumes"
import * as Memory from "@gantry/plugin-memory/Memory"
import { Effect, Layer } from "effect"
import { parse } from "../../src/argv/parse.ts"
import { sentence } from "../../src/argv/Problem.ts"
import type { Name } from "../../src/argv/tables/names.ts"
import { load } from "../../src/commands/load.ts"
import { explain } from "../../src/show/explain.ts"
import type { Terminal } from "../../src/terminal.ts"

/** A directory of the test's own, gone with the scope. */
export const scratch = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "gantry-commands-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const settings = Layer.scoped(
  Settings,
  Effect.map(scratch, (path) => ({
    root: join(path, "root"),
    run: join(path, "run"),
    jobs: 2,
    instance: "test",
    self: ["gantry"]
  }))
)

/** A process on the caller's own descriptors: what it writes to them, no test sees. */
const direct = Layer.effect(
  DirectExec,
  Effect.map(Runtime, (runtime) => ({
    exec: (id, process, { privileged, stdin }) => Effect.scoped(runtime.exec(id, process, { privileged, stdin }))
  }))
)

/** Containers in memory have no files on this machine. */
const roots = Layer.succeed(ContainerRoots, {
  open: ({ id }) => Effect.fail(new NotRunning({ container: id }))
})

/** The engine of a command, in memory. */
export const engine = Layer.mergeAll(Images.layer, LayerSources.layer, Containers.layer, Volumes.layer).pipe(
  Layer.provideMerge(Layer.provideMerge(Layer.merge(direct, roots), Memory.layer())),
  Layer.provideMerge(Layer.merge(settings, Database.layer(":memory:")))
)

/** What a command said and how it ended. */
export interface Outcome {
  readonly status: number
  readonly out: string
  readonly err: string
}

/** Runs a command as it was typed, in a directory and with an environment. */
export const gantry = (
  name: Name,
  args: ReadonlyArray<string>,
  { cwd = "/", env = {} }: { readonly cwd?: string; readonly env?: Terminal["env"] } = {}
) =>
  Effect.gen(function* () {
    const said = { out: "", err: "" }
    const write = (to: keyof typeof said) => (text: string | Uint8Array) => {
      said[to] += typeof text === "string" ? text : new TextDecoder().decode(text)
    }
    const terminal: Terminal = {
      out: write("out"),
      err: write("err"),
      env,
      cwd,
      uid: 0,
      arch: "x64",
      program: "gantry",
      now: () => 0,
      stdinIsTerminal: false,
      stdoutIsTerminal: false,
      stderrIsTerminal: false,
      size: () => ({ columns: 80, rows: 24 }),
      freshSize: () => ({ columns: 80, rows: 24 }),
      random: Math.random
    }
    const definition = yield* Effect.promise(() => load(name))
    if (definition === undefined) return yield* Effect.dieMessage(`there is no command ${name}`)
    const parsed = parse(definition.command, [name], args)
    if (!parsed.ok) return { ...said, status: 125, err: sentence(parsed.problem) }
    const status = yield* definition.run(parsed.value, { settings: yield* Settings, terminal, plugins: [] }).pipe(
      Effect.catchAll((failure) => {
        const { status: wanted, todo, what, why } = explain(failure)
        terminal.err([what, why, todo].filter((line) => line !== undefined).join("\n"))
        return Effect.succeed(wanted ?? definition.failed)
      })
    )
    return { ...said, status } satisfies Outcome
  })

/** The lines of an output. */
export const linesOf = (text: string): ReadonlyArray<string> => text.split("\n").filter((line) => line !== "")
