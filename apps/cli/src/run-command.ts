import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as HashSet from "effect/HashSet"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"
import { Containers } from "@gantry/engine/containers/Containers"
import { settle } from "@gantry/engine/containers/settle"
import { trueUpRunning } from "@gantry/engine/networks/true-up-running"
import type { Begun } from "./ahead/Begun.ts"
import type { globalOptions } from "./argv/tables/global.ts"
import type { Name } from "./argv/tables/names.ts"
import type { Values } from "./argv/Option.ts"
import { called } from "./argv/Command.ts"
import { load } from "./commands/load.ts"
import { readArguments } from "./commands/read-arguments.ts"
import { explainDefect } from "./show/explain-defect.ts"
import { Usage } from "./commands/Usage.ts"
import type { EngineServices } from "./compose.ts"
import { type Environment, settingsOf, withOptions } from "./settings.ts"
import type { Failure } from "./show/explain.ts"
import { type Asked, complaint, statusOf } from "./show/complaint.ts"
import { loggerTo } from "./log-words.ts"
import type { Candidate, Things } from "./complete/Offer.ts"
import type { Terminal } from "./terminal.ts"
import { mark } from "./trace.ts"
import { withEngine } from "./with-engine.ts"

/** Reads the arguments of a command, runs it and shows what went wrong. Returns the exit status. */
export const runCommand = async (
  name: Name,
  words: ReadonlyArray<string>,
  args: ReadonlyArray<string>,
  globals: Values<typeof globalOptions>,
  terminal: Terminal,
  begun: Begun = {}
): Promise<number> => {
  mark("engine loaded")
  const definition = await load(name)
  mark("command loaded")
  if (definition === undefined) {
    terminal.err(`gantry: ${called(words, terminal.program)} is not part of this version\n`)
    return 1
  }
  const asked = { command: definition.command, words }
  const parsed = readArguments(definition.command, words, args, terminal)
  if (typeof parsed === "number") return parsed
  for (const notice of parsed.notices) terminal.err(`gantry: ${notice}\n`)
  const [refused] = parsed.unsupported
  if (refused !== undefined) {
    const usage = new Usage({ message: `${refused} is not supported yet`, hint: "leave it out", status: 125 })
    terminal.err(complaint(usage, terminal, asked))
    return usage.status
  }
  const settings = settingsOf({ root: globals.root, run: globals.run }, terminal.env, terminal.uid)
  return execute(definition.run(parsed, { settings, terminal, plugins: globals.plugin }), settings, definition.failed, {
    begun,
    debug: globals.debug,
    env: withOptions(terminal.env, globals),
    plugins: definition.ownServices === true ? undefined : globals.plugin,
    terminal,
    asked
  })
}

/** What a supervisor runs after its container ended: gives back the network, and removes a container made with `--rm`. */
export const settleOne = ([id = "", root, run]: ReadonlyArray<string>, terminal: Terminal): Promise<number> => {
  const settings = settingsOf({ root, run }, terminal.env, terminal.uid)
  const program = Effect.gen(function* () {
    const found = yield* Effect.option((yield* Containers).find(id))
    if (Option.isSome(found)) yield* settle(found.value)
    // It still runs when a change of its ports or networks was cut short.
    if (Option.isSome(found)) yield* trueUpRunning(id)
    return 0
  })
  return execute(program, settings, 1, { debug: false, env: terminal.env, plugins: [], terminal })
}

/** What a supervisor runs to look at its container's health once: prints what it found as JSON. */
export const probeOne = ([id = "", root, run]: ReadonlyArray<string>, terminal: Terminal): Promise<number> => {
  const settings = settingsOf({ root, run }, terminal.env, terminal.uid)
  const program = Effect.gen(function* () {
    const record = yield* (yield* Containers).find(id)
    if (record.options.health === undefined) return 1
    const { probe } = yield* Effect.promise(() => import("@gantry/engine/verbs/probe"))
    terminal.out(JSON.stringify(yield* probe(record, record.options.health)))
    return 0
  })
  return execute(program, settings, 1, { debug: false, env: terminal.env, plugins: [], terminal })
}

/** Names of what there is of some kinds, for a shell that completes a command line; none when they cannot be read. */
export const listThings = async (
  kinds: ReadonlyArray<Things>,
  globals: Partial<Values<typeof globalOptions>>,
  terminal: Terminal
): Promise<ReadonlyArray<Candidate>> => {
  const settings = settingsOf({ root: globals.root, run: globals.run }, terminal.env, terminal.uid)
  const found: Array<Candidate> = []
  const program = Effect.promise(() => import("./complete/things.ts")).pipe(
    Effect.flatMap(({ namesOf }) => Effect.forEach(kinds, namesOf)),
    Effect.map((lists) => {
      found.push(...lists.flat())
      return 0
    })
  )
  await execute(program, settings, 1, {
    debug: false,
    env: terminal.env,
    plugins: globals.plugin ?? [],
    // A shell shows what stands on a line, whatever is wrong with the configuration.
    terminal: Object.create(terminal, { err: { value: () => undefined } }) as Terminal
  })
  return found
}

/** Nobody reads metrics of fibers here, and they cost each fiber more than its start. */
const runtime = Runtime.disableRuntimeFlag(Runtime.defaultRuntime, RuntimeFlags.RuntimeMetrics)

const execute = async (
  program: Effect.Effect<number, Failure, EngineServices>,
  settings: ReturnType<typeof settingsOf>,
  failed: number,
  {
    asked,
    begun = {},
    debug,
    env,
    plugins,
    terminal
  }: {
    readonly begun?: Begun
    readonly debug: boolean
    readonly env: Environment
    readonly plugins: ReadonlyArray<string> | undefined
    readonly terminal: Terminal
    readonly asked?: Asked
  }
): Promise<number> => {
  const fiber = Runtime.runFork(
    runtime,
    withEngine(program, { begun, env, plugins, settings, terminal }).pipe(
      Effect.locally(FiberRef.currentLoggers, HashSet.make(loggerTo((words) => terminal.err(`gantry: ${words}\n`)))),
      Logger.withMinimumLogLevel(debug ? LogLevel.Debug : LogLevel.Warning)
    )
  )
  let signalled: number | undefined
  const interrupt = (number: number) => () => {
    // The second time the user means it: what is left then is found again by the next command.
    if (signalled !== undefined) process.exit(128 + number)
    signalled = number
    Effect.runFork(Fiber.interruptFork(fiber))
  }
  const handlers = [
    ["SIGINT", interrupt(2)],
    ["SIGTERM", interrupt(15)],
    ["SIGHUP", interrupt(1)]
  ] as const
  for (const [signal, handler] of handlers) {
    // A command that passes signals on has its own handlers.
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) handler()
    })
  }
  const exit = await Effect.runPromise(Fiber.await(fiber))
  mark("done")
  if (Exit.isSuccess(exit)) return exit.value
  if (signalled !== undefined && Cause.isInterruptedOnly(exit.cause)) return 128 + signalled
  const failure = Cause.failureOption(exit.cause)
  if (Option.isSome(failure)) {
    terminal.err(complaint(failure.value, terminal, asked))
    if (debug) terminal.err(`${Cause.pretty(exit.cause)}\n`)
    return statusOf(failure.value, terminal, asked) ?? failed
  }
  return defect(exit.cause, debug, terminal)
}

/** A mistake of ours: short, with what a report needs, and never a bare stack trace. */
const defect = (cause: Cause.Cause<unknown>, debug: boolean, terminal: Terminal): number => {
  const { status, todo, what, why } = explainDefect(cause)
  terminal.err(`gantry: ${what}\n  why: ${why}\n`)
  terminal.err(debug ? `${Cause.pretty(cause)}\n` : `  try: ${todo}\n`)
  return status
}
