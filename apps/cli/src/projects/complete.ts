import * as Effect from "effect/Effect"
import { loadProject } from "@gantry/compose/load-project"
import type { Command } from "../argv/Command.ts"
import { commandOf } from "../argv/find-command.ts"
import { scan } from "../argv/parse.ts"
import { compose, projectNames } from "../argv/tables/projects/names.ts"
import type { Candidate } from "../complete/Offer.ts"
import { projectLoaders } from "./load.ts"

/** The words of `compose` commands. */
export const composeWords: ReadonlyArray<Candidate> = Object.values(projectNames)
  .map(({ paths: [[value]], summary }) => ({ value, about: summary }))
  .toSorted((a, b) => (a.value < b.value ? -1 : 1))

/** The command behind `compose` and its options, with the words after it; none while it is not written. */
export const commandBehind = async (
  args: ReadonlyArray<string>
): Promise<{ readonly command: Command; readonly args: ReadonlyArray<string> } | undefined> => {
  const scanned = scan(compose.options, false, args)
  if (!scanned.ok) return undefined
  const { operands, options } = scanned.value
  const found = commandOf(projectNames, operands)
  if (found === undefined) return undefined
  const { command } = (await projectLoaders[found.name]())(options)
  return { command, args: operands.slice(found.path.length) }
}

/** The services of the Compose files that are meant; none when they cannot be read. */
export const serviceWords = async (args: ReadonlyArray<string>): Promise<ReadonlyArray<Candidate>> => {
  const scanned = scan(compose.options, false, args)
  if (!scanned.ok) return []
  const { envFile, file, profile, projectDirectory, projectName } = scanned.value.options
  // What stands on standard input is the shell's.
  if (file.includes("-")) return []
  const project = await Effect.runPromise(
    Effect.option(
      loadProject({
        cwd: process.cwd(),
        files: file,
        ...(projectDirectory === undefined ? {} : { projectDirectory }),
        ...(projectName === undefined ? {} : { name: projectName }),
        profiles: profile,
        envFiles: envFile,
        environment: process.env,
        interpolate: true
      })
    )
  )
  if (project._tag === "None") return []
  const { disabled, services } = project.value
  return Object.values({ ...services, ...disabled }).map(({ image, name }) => ({ value: name, about: image ?? "" }))
}
