import { loadProject } from "@gantry/compose/load-project"
import type { Project, Service } from "@gantry/compose/Project"
import type { ProjectRequest } from "@gantry/compose/ProjectRequest"
import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import type { Command } from "../argv/Command.ts"
import type { OptionTable, Values } from "../argv/Option.ts"
import type { Parsed } from "../argv/parse.ts"
import type { projectOptions } from "../argv/tables/projects/names.ts"
import { type Context, define, type Definition } from "../commands/define.ts"
import { given } from "../commands/read-values.ts"
import { plain, type Usage } from "../commands/Usage.ts"
import type { EngineServices } from "../compose.ts"
import type { Failure } from "../show/explain.ts"
import type { Terminal } from "../terminal.ts"
import { type Progress, progressForm, progressOn } from "./progress.ts"

/** What a command of `compose` is given besides its arguments. */
export interface ProjectContext extends Context {
  /** What stood between `compose` and the command. */
  readonly globals: Values<typeof projectOptions>
}

/** A command of `compose`, once it is known which project is meant. */
export type ProjectDefinition = (globals: Values<typeof projectOptions>) => Definition

/** Puts a command of `compose` together. */
export const defineProject =
  <const Table extends OptionTable>(
    command: Command<Table>,
    run: (parsed: Parsed<Table>, context: ProjectContext) => Effect.Effect<number, Failure, EngineServices>
  ): ((globals: Values<typeof projectOptions>) => Definition<Table>) =>
  (globals) =>
    define(command, (parsed, context) => run(parsed, { ...context, globals }))

/** Which Compose files are meant by what stands between `compose` and its command, and by the caller's variables. */
export const filesAsked = (
  globals: Values<typeof projectOptions>,
  { cwd, env }: Pick<Terminal, "cwd" | "env">
): Omit<ProjectRequest, "interpolate"> => ({
  cwd,
  files: globals.file,
  ...given("projectDirectory", globals.projectDirectory),
  ...given("name", globals.projectName),
  profiles: globals.profile,
  envFiles: globals.envFile,
  environment: env
})

/** How the files are read where it is not as usual. */
type Reading = Partial<Pick<ProjectRequest, "interpolate" | "normalizes" | "resolvesPaths">>

/**
 * Reads the Compose files that are meant, without a word about what in them has no effect: for commands that look at what
 * is there. `named`: services of the command line, which are wanted whatever their profiles.
 */
export const readQuietly = (
  { globals, terminal }: ProjectContext,
  named: ReadonlyArray<string> = [],
  how: Reading = {}
) =>
  loadProject({
    ...filesAsked(globals, terminal),
    stdin: () => readFileSync(0, "utf8"),
    interpolate: true,
    ...how,
    named
  })

/** The same for commands that make something of them. */
export const readProject = (context: ProjectContext, named: ReadonlyArray<string> = [], how: Reading = {}) =>
  Effect.tap(readQuietly(context, named, how), ({ notices }) =>
    Effect.sync(() => {
      for (const notice of notices) context.terminal.err(`gantry: ${notice}\n`)
    })
  )

/** Services by their names, all of them when none is named. */
export const servicesOf = (
  project: Project,
  named: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<Service>, Usage> => {
  const missing = named.find((name) => !Object.hasOwn(project.services, name))
  if (missing !== undefined) {
    return plain(`no such service: ${missing}`, `services of this project: ${Object.keys(project.services).join(", ")}`)
  }
  return Effect.succeed(
    named.length === 0 ? Object.values(project.services) : named.flatMap((name) => project.services[name] ?? [])
  )
}

/** The same, for commands that make something: there must be one. */
export const wantedServices = (
  project: Project,
  named: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<Service>, Usage> =>
  Effect.tap(servicesOf(project, named), ({ length }) => {
    const profiles = new Set(Object.values(project.disabled).flatMap((each) => each.profiles))
    return length > 0
      ? Effect.void
      : plain(
          "no service selected",
          profiles.size === 0
            ? "write services into the Compose file"
            : `all services have profiles: name one with --profile (${[...profiles].join(", ")})`
        )
  })

/** How what a command does is told. */
export const progressOf = ({ globals, terminal }: ProjectContext): Progress =>
  progressOn(terminal, progressForm(globals.progress, terminal) ?? "plain", globals.dryRun)

/** Whether builds and pulls are to say nothing of their own. */
export const isQuiet = ({ globals }: ProjectContext): boolean =>
  globals.progress === "quiet" || globals.progress === "json"

/** How many containers are dealt with at the same time. */
export const atOnce = ({ globals }: ProjectContext): number => {
  const wished = globals.parallel ?? 50
  return wished <= 0 ? Number.POSITIVE_INFINITY : wished
}
