import { dirname, resolve } from "node:path"
import * as Effect from "effect/Effect"
import { ComposeFileError, type ComposeProblem } from "./ComposeFileError.ts"
import { findFiles } from "./files/find-files.ts"
import { askedEnvFiles, commaList, environmentOf, isYes, readEnvFiles } from "./files/load-environment.ts"
import { badName, isProjectName, nameOfDirectory } from "./files/project-name.ts"
import { checked, composeLimit } from "./files/read-file.ts"
import { mergeModel, type ReadFile } from "./load/load-model.ts"
import { type Loading, shownPath } from "./load/Loading.ts"
import { parseDocuments, readDocuments } from "./load/read-documents.ts"
import { readModel } from "./load/read-model.ts"
import { unknownNames } from "./load/read-services.ts"
import type { Project } from "./Project.ts"
import type { ProjectRequest } from "./ProjectRequest.ts"
import type { YamlModule } from "./tree/parse-trees.ts"
import { plainData } from "./tree/plain-data.ts"
import { makeReport, type Report } from "./tree/Report.ts"
import { isNull } from "./tree/scalars.ts"
import { type Environment, type Source, valueOf } from "./tree/Tree.ts"
import { loadYaml } from "./tree/load-yaml.ts"
import { lookupIn } from "./variables/interpolate.ts"
import { substitute } from "./variables/substitute.ts"

/**
 * Reads a project out of its Compose files.
 *
 * Fails with `ComposeFileError`, which has everything that was found wrong. Files are read as long as they are regular
 * ones of bounded size; nothing is written, and no program is started.
 */
export const loadProject = (request: ProjectRequest): Effect.Effect<Project, ComposeFileError> =>
  Effect.flatMap(loadYaml, (yaml) =>
    Effect.suspend(() => {
      const report = makeReport()
      const project = load(yaml, request, report)
      return project === undefined || report.problems.length > 0
        ? new ComposeFileError({ problems: inOrder(report.problems) })
        : Effect.succeed(project)
    })
  )

const load = (yaml: YamlModule, request: ProjectRequest, report: Report): Project | undefined => {
  const { cwd, interpolate } = request
  const given = environmentOf(request.environment)
  const asked = askedEnvFiles(request.envFiles, given, cwd)
  const usual = !isYes(given.get("COMPOSE_DISABLE_ENV_FILE"))
  // What says where the Compose files are must be read before them.
  const near = envFilesOf(asked, usual, cwd)
  const first: Environment = new Map([...readEnvFiles(near.paths, given, report, near), ...given])
  const files = filesOf(request, first, report)
  const directory = directoryOf(request, files)
  if (directory === undefined) return undefined
  const far = envFilesOf(asked, usual && !isYes(first.get("COMPOSE_DISABLE_ENV_FILE")), directory)
  const more = directory === cwd || asked.length > 0 ? new Map() : readEnvFiles(far.paths, first, report, far)
  const environment = new Map<string, string>([...more, ...first])
  const loading: Loading = { yaml, report, cwd, interpolate }
  const sources = files.map((path) => readOne(path, { directory, environment }, request, loading))
  const name = nameOf(request, sources, directory, environment, report)
  environment.set("COMPOSE_PROJECT_NAME", name)
  const model = mergeModel(sources, [], loading)
  if (model === undefined || report.budget.values < 0) return undefined
  const profiles = request.profiles.length > 0 ? request.profiles : commaList(environment.get("COMPOSE_PROFILES"))
  const named = request.named ?? []
  const parts = readModel(model, name, { profiles, named }, report)
  report.problems.push(...unknownNames(named, parts))
  return {
    name,
    directory,
    files: files.map((path) => (path === "-" ? path : resolve(cwd, path))),
    environment: Object.fromEntries(environment),
    ...parts,
    notices: [...report.notices],
    ...(request.normalizes === false && { said: plainData(model) }),
    ...(!interpolate && { written: { name, ...(plainData(model) as object) } })
  }
}

const envFilesOf = (asked: ReadonlyArray<string>, usual: boolean, directory: string) =>
  asked.length > 0
    ? { paths: asked, required: true, named: true }
    : { paths: usual ? [resolve(directory, ".env")] : [], required: false, named: false }

/** The files that are wanted: by option, by variable, or those that are found. */
const filesOf = (request: ProjectRequest, environment: Environment, report: Report): ReadonlyArray<string> => {
  if (request.files.length > 0) return request.files
  const listed = commaList(environment.get("COMPOSE_FILE"), environment.get("COMPOSE_PATH_SEPARATOR") ?? ":")
  if (listed.length > 0) return listed
  const start = request.projectDirectory === undefined ? request.cwd : resolve(request.cwd, request.projectDirectory)
  const found = findFiles(start)
  for (const notice of found.notices) report.notices.add(notice)
  if (found.files.length === 0) {
    report.problems.push({
      path: "",
      message: `there is no Compose file in ${start} or above it`,
      hint: "write a compose.yaml, or name a file with --file",
      isMissing: true
    })
  }
  return found.files
}

const directoryOf = ({ cwd, projectDirectory }: ProjectRequest, [first]: ReadonlyArray<string>): string | undefined => {
  if (projectDirectory !== undefined) return resolve(cwd, projectDirectory)
  if (first === undefined) return undefined
  return first === "-" ? cwd : dirname(resolve(cwd, first))
}

const readOne = (
  path: string,
  { directory, environment }: Omit<Source, "file">,
  request: ProjectRequest,
  loading: Loading
): ReadFile => {
  const keepsPaths = request.resolvesPaths === false
  if (path === "-") {
    const source = { file: "-", directory, environment, keepsPaths }
    const file = checked(request.stdin?.() ?? "")
    const why =
      "why" in file ? file.why : file.text.length > composeLimit ? `it is longer than ${composeLimit} bytes` : undefined
    if (why === undefined && "text" in file) return { path, documents: parseDocuments(file.text, source, loading) }
    loading.report.problems.push({ file: "-", path: "", message: `standard input cannot be read: ${why}` })
    return { path, documents: [] }
  }
  const whole = resolve(request.cwd, path)
  // What a variable names may have been named by a file.
  const named = request.files.includes(path)
  const file = named ? path : shownPath(whole, request.cwd)
  const reading = { path: whole, source: { file, directory, environment, keepsPaths } }
  return { path: whole, documents: readDocuments(reading, loading, { named }) }
}

/** By option, by variable, by the last file that says so, or after the directory. */
const nameOf = (
  request: ProjectRequest,
  files: ReadonlyArray<ReadFile>,
  directory: string,
  environment: Environment,
  report: Report
): string => {
  const wanted = request.name ?? environment.get("COMPOSE_PROJECT_NAME") ?? ""
  const written = files.flatMap(({ documents }) => documents).flatMap((document) => valueOf(document, "name") ?? [])
  const last = written.findLast((tree) => tree.kind === "scalar" && !isNull(tree))
  let name = wanted
  let problem: Pick<ComposeProblem, "column" | "file" | "line"> = {}
  if (name === "" && last?.kind === "scalar") {
    const { column, line, source } = last.place
    const filled = substitute(last.text, lookupIn(environment, report))
    // What is wrong with its variables is told when they are filled in.
    name = "text" in filled ? filled.text : nameOfDirectory(directory)
    problem = { file: source.file, line, column }
  }
  if (name === "") {
    name = nameOfDirectory(directory)
    if (name === "") {
      const message = `the name of ${directory} makes no name for a project`
      report.problems.push({ path: "name", message, hint: "give it one with --project-name" })
    }
    return name
  }
  if (!isProjectName(name)) report.problems.push({ ...problem, path: "name", ...badName(name) })
  return name
}

/** Problems that are told at once. */
const mostProblems = 100

/** Each problem once, by file and place; of very many only the first. */
const inOrder = (problems: ReadonlyArray<ComposeProblem>): ReadonlyArray<ComposeProblem> => {
  const unique = [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()]
  const files = [...new Set(problems.map(({ file = "" }) => file))]
  const sorted = unique.toSorted(
    (a, b) =>
      files.indexOf(a.file ?? "") - files.indexOf(b.file ?? "") ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0)
  )
  const more = sorted.length - mostProblems
  return more <= 0
    ? sorted
    : [...sorted.slice(0, mostProblems), { path: "", message: `there are ${more} more problems` }]
}
