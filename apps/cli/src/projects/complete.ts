import * as Effect from "effect/Effect"
import { loadProject } from "@gantry/compose/load-project"
import type { Command } from "../argv/Command.ts"
import { commandOf } from "../argv/find-command.ts"
import { scan } from "../argv/parse.ts"
import type { Values } from "../argv/Option.ts"
import { projectNames, projectOptions } from "../argv/tables/projects/names.ts"
import type { Candidate } from "../complete/Offer.ts"
import { filesAsked } from "./define-project.ts"
import { projectLoaders } from "./load.ts"

/** The words of `compose` commands. */
export const composeWords: ReadonlyArray<Candidate> = Object.values(projectNames)
  .map(({ paths: [[value]], summary }) => ({ value, about: summary }))
  .toSorted((a, b) => (a.value < b.value ? -1 : 1))

/** A command behind `compose` and its options, with the words after it. */
interface Behind {
  readonly options: Values<typeof projectOptions>
  readonly command: Command
  readonly args: ReadonlyArray<string>
}

/** The command behind `compose`; none while it is not written. */
export const commandBehind = async (args: ReadonlyArray<string>): Promise<Behind | undefined> => {
  const scanned = scan(projectOptions, false, args)
  if (!scanned.ok) return undefined
  const { operands, options } = scanned.value
  const found = commandOf(projectNames, operands)
  if (found === undefined) return undefined
  const { command } = (await projectLoaders[found.name]())(options)
  return { options, command, args: operands.slice(found.path.length) }
}

/** The services of the Compose files that are meant; none when they cannot be read. */
export const serviceWords = async ({ options }: Pick<Behind, "options">): Promise<ReadonlyArray<Candidate>> => {
  // What stands on standard input is the shell's.
  if (options.file.includes("-")) return []
  const request = { ...filesAsked(options, { cwd: process.cwd(), env: process.env }), interpolate: true }
  const project = await Effect.runPromise(Effect.option(loadProject(request)))
  if (project._tag === "None") return []
  const { disabled, services } = project.value
  return Object.values({ ...services, ...disabled }).map(({ image, name }) => ({ value: name, about: image ?? "" }))
}
