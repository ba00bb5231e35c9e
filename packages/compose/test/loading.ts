import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { ComposeProblem } from "@gantry/compose/ComposeFileError"
import { loadProject } from "@gantry/compose/load-project"
import type { Project, Service } from "@gantry/compose/Project"
import type { ProjectRequest } from "@gantry/compose/ProjectRequest"

/** Files by their paths below a directory. */
export type Files = { readonly [path: string]: string }

/** A directory with files, for as long as something is done in it. */
export const inFolder = async <A>(files: Files, work: (folder: string) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "gantry-compose-"))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, "app", path)), { recursive: true })
      writeFileSync(join(folder, "app", path), text)
    }
    return await work(join(folder, "app"))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What a request asks for that says nothing. */
export const requestIn = (cwd: string, more: Partial<ProjectRequest> = {}): ProjectRequest => ({
  cwd,
  files: [],
  profiles: [],
  envFiles: [],
  environment: { HOME: "/home/ann" },
  interpolate: true,
  ...more
})

/** The project of files, with the folder called FOLDER. */
export const load = (files: Files | string, more: Partial<ProjectRequest> = {}): Promise<Project> =>
  inFolder(typeof files === "string" ? { "compose.yaml": files } : files, async (folder) => {
    const project = await Effect.runPromise(loadProject(requestIn(folder, more)))
    return JSON.parse(JSON.stringify(project).replaceAll(folder, "FOLDER")) as Project
  })

/** What is wrong with files. */
export const problemsOf = (
  files: Files | string,
  more: Partial<ProjectRequest> = {}
): Promise<ReadonlyArray<ComposeProblem>> =>
  inFolder(typeof files === "string" ? { "compose.yaml": files } : files, async (folder) => {
    const outcome = await Effect.runPromise(Effect.either(loadProject(requestIn(folder, more))))
    if (Either.isRight(outcome)) return []
    return JSON.parse(
      JSON.stringify(outcome.left.problems).replaceAll(folder, "FOLDER")
    ) as ReadonlyArray<ComposeProblem>
  })

/** What is wrong, in short: `line:column path: message`. */
export const complaints = async (files: Files | string, more: Partial<ProjectRequest> = {}) =>
  (await problemsOf(files, more)).map(({ column, line, message, path }) => `${line}:${column} ${path}: ${message}`)

/** The service `web` of a file that has only this, its attributes as lines. */
export const web = async (attributes: string, more: Partial<ProjectRequest> = {}): Promise<Service> =>
  (await load(withWeb(attributes), more)).services["web"]!

/** A file whose service `web` has an image and some attributes, as lines. */
export const withWeb = (attributes: string, rest = ""): string => {
  const lines = attributes.split("\n").map((line) => `    ${line}`)
  return `services:\n  web:\n    image: app\n${lines.join("\n")}\n${rest}`
}
