import { rootless } from "@gantry/linux/rootless"
import { groups, names } from "./argv/tables/names.ts"
import { globalOptions } from "./argv/tables/global.ts"
import { called } from "./argv/Command.ts"
import { findCommand } from "./argv/find-command.ts"
import { sentence } from "./argv/Problem.ts"
import { askedBy, processTerminal, type Terminal } from "./terminal.ts"
import { mark } from "./trace.ts"
import { dockerVersion, version } from "./version.ts"

/** Leaves with a status once everything written has left too. */
const leave = (status: number): never => process.exit(status)

/** From arguments to an exit status. Effect is loaded only when a command needs it. */
export const main = async (typed: ReadonlyArray<string>): Promise<void> => {
  mark("main")
  const terminal = processTerminal()
  try {
    await obey(typed, terminal)
  } catch (cause) {
    if (typed.includes("--debug")) throw cause
    const { status, todo, what, why } = (await import("./show/explain-defect.ts")).explainThrown(cause)
    terminal.err(`gantry: ${what}\n  why: ${why}\n  try: ${todo}\n`)
    leave(status)
  }
}

const obey = async (typed: ReadonlyArray<string>, terminal: Terminal): Promise<void> => {
  // Within namespaces of an ordinary user it has been looked at already.
  const args = rootless() === undefined ? askedBy(typed, process.argv0, process.argv[1]) : typed
  if (args[0] === "__settle") {
    const { settleOne } = await import("./run-command.ts")
    return leave(await settleOne(args.slice(1), terminal))
  }
  if (args[0] === "__probe") {
    const { probeOne } = await import("./run-command.ts")
    return leave(await probeOne(args.slice(1), terminal))
  }
  if (args[0] === "__try") {
    const { attemptOne } = await import("./doctor/trial.ts")
    return leave(attemptOne(args.slice(1), terminal.err))
  }
  const entersFirst = terminal.uid !== 0 && rootless() === undefined
  const enter = async () => leave(await (await import("./rootless/enter.ts")).enter(args, terminal))
  if (args[0] === "__complete") {
    if (entersFirst) await enter()
    const { complete } = await import("./complete/complete.ts")
    return leave(await complete(args.slice(1), terminal))
  }
  const asked = findCommand(names, globalOptions, args)
  if (!asked.ok) {
    const { dockerProblem } = await import("./argv/docker-problem.ts")
    const { problem } = asked
    const group = problem.kind === "unknown-command" ? problem.words.slice(0, -1) : []
    terminal.err(
      terminal.program === "docker"
        ? dockerProblem(asked.problem, [])
        : `gantry: ${sentence(asked.problem)}\n\nRun '${called([...group, "--help"], "gantry")}' for more information\n`
    )
    return leave(asked.problem.kind === "unknown-command" ? 1 : 125)
  }
  const { globals } = asked.value
  for (const notice of globals.notices) terminal.err(`gantry: ${notice}\n`)
  if (globals.options.version) {
    terminal.out(
      terminal.program === "docker" ? `Docker version ${dockerVersion}, build gantry\n` : `gantry version ${version}\n`
    )
    return leave(0)
  }
  if (asked.value.kind === "overview") {
    const { groupHelp, programHelp } = await import("./argv/help.ts")
    const { columns } = terminal.size()
    const group = asked.value.words.length === 0 ? undefined : asked.value.words.join(" ")
    const summary = group !== undefined && group in groups ? groups[group as keyof typeof groups] : undefined
    terminal.out(
      group === undefined || summary === undefined
        ? programHelp(names, groups, globalOptions, columns, terminal.program)
        : groupHelp(names, group, summary, columns, terminal.program, groups)
    )
    return leave(0)
  }
  const { words, args: rest } = asked.value
  // What people list as `context` is what a build is given; what tools of Docker list are engines.
  const contexts = terminal.program === "docker" && asked.value.name === "contextLs"
  const name = contexts ? "dockerContextLs" : asked.value.name
  if (name === "version") {
    const { showVersion } = await import("./commands/version.ts")
    return leave(showVersion(words, rest, terminal))
  }
  if (name === "doctor") {
    const { showDoctor } = await import("./commands/doctor.ts")
    return leave(showDoctor(words, rest, globals.options, terminal))
  }
  mark("command known")
  // Few environments have any of them.
  if (Object.keys(terminal.env).some((variable) => /^GANTRY_(CACHE|JOBS|LAYER|REGISTRY)/.test(variable))) {
    const problem = (await import("./check-variables.ts")).variableProblem(terminal.env)
    if (problem !== undefined) {
      terminal.err(problem)
      return leave(125)
    }
  }
  if (entersFirst && rest[0] !== "--help") await enter()
  const beginsAhead = name === "run" || name === "exec" || name === "ps" || name === "build"
  const begun = beginsAhead
    ? await (await import("./ahead/begin.ts")).begin(name, words, rest, globals.options, terminal)
    : {}
  const status = (await begun.atOnce?.()) ?? "unusual"
  if (typeof status === "number") return leave(status)
  const { runCommand } = await import("./run-command.ts")
  const { endProcess } = await import("./end-process.ts")
  return endProcess(await runCommand(name, words, rest, globals.options, terminal, status === "failed" ? {} : begun))
}
