import { dirname, join, resolve } from "node:path"
import { readEnvFiles } from "../files/load-environment.ts"
import { isRemote, absolutePathOf } from "../files/path-of.ts"
import { type At, fullText, list, open, say } from "../read/At.ts"
import { plainData } from "../tree/plain-data.ts"
import { sayAt } from "../tree/Report.ts"
import { type Environment, type Field, type Table, valueOf } from "../tree/Tree.ts"
import { type Loading, type Reading, shownPath } from "./Loading.ts"

/** What an included file brings along. */
const brought = ["services", "networks", "volumes", "secrets", "configs"] as const

/** How files are included. */
export interface Including {
  /** The files that include each other down to this one. */
  readonly way: ReadonlyArray<string>
  readonly loading: Loading
  readonly loadModel: (
    readings: ReadonlyArray<Reading>,
    way: ReadonlyArray<string>,
    loading: Loading
  ) => Table | undefined
}

/**
 * A Compose file with what its `include` names. Nothing of it may have the name of something that is there already,
 * unless it is the same.
 *
 * Spec: Compose Specification, 14-include.md.
 */
export const includeFiles = (model: Table, including: Including): Table => {
  const tree = valueOf(model, "include")
  if (tree === undefined) return model
  const at: At = { tree, path: "include", report: including.loading.report }
  const fields = new Map(model.fields)
  fields.delete("include")
  const included = list((each) => includeOne(each, including))(at) ?? []
  return included.reduce((table, each) => bring(table, each, including.loading), { ...model, fields })
}

const includeOne = (at: At, { loadModel, loading, way }: Including): Table | undefined => {
  const { source } = at.tree.place
  const asked = at.tree.kind === "scalar" ? { paths: [pathAt(at)] } : askedFor(at)
  const paths = asked.paths.flatMap((path) => path ?? [])
  const [first] = paths
  if (first === undefined) return asked.paths.length === 0 ? say(at, "it names no path") : undefined
  const circle = paths.find((path) => way.includes(path))
  if (circle !== undefined) {
    const names = [...way.slice(way.indexOf(circle)), circle].map((path) => shownPath(path, loading.cwd))
    return say(at, `files include each other in a circle: ${names.join(" → ")}`)
  }
  const directory = asked.directory ?? dirname(first)
  const own = readEnvFiles(asked.envFiles ?? [join(directory, ".env")], source.environment, loading.report, {
    required: asked.envFiles !== undefined
  })
  const environment: Environment = new Map([...own, ...source.environment])
  const readings = paths.map((path) => ({
    path,
    source: { file: shownPath(path, loading.cwd), directory, environment }
  }))
  return loadModel(readings, way, loading)
}

interface Asked {
  readonly paths: ReadonlyArray<string | undefined>
  readonly directory?: string
  readonly envFiles?: ReadonlyArray<string>
}

const askedFor = (at: At): Asked => {
  const fields = open(at, ["env_file", "path", "project_directory"])
  const directory = fields.get("project_directory")
  const envFiles = fields.get("env_file")
  const path = fields.get("path")
  return {
    paths: path === undefined ? [] : pathsOf(path),
    ...(directory !== undefined && { directory: resolve(pathAt(directory) ?? "/") }),
    ...(envFiles !== undefined && { envFiles: pathsOf(envFiles).flatMap((each) => each ?? []) })
  }
}

const pathsOf = (at: At): ReadonlyArray<string | undefined> =>
  at.tree.kind === "scalar" ? [pathAt(at)] : (list((each) => pathAt(each))(at) ?? [])

const pathAt = (at: At): string | undefined => {
  const found = fullText(at)
  if (found === undefined || at.tree.kind !== "scalar") return undefined
  return isRemote(found) ? say(at, "files that lie elsewhere cannot be included") : absolutePathOf(at.tree)
}

const bring = (model: Table, included: Table, { report }: Loading): Table => {
  const whole = new Map(model.fields)
  for (const part of brought) {
    const more = valueOf(included, part)
    const there = valueOf(model, part)
    if (more?.kind !== "table") continue
    const fields = new Map<string, Field>(there?.kind === "table" ? there.fields : [])
    for (const [name, field] of more.fields) {
      const before = fields.get(name)
      if (before === undefined) fields.set(name, field)
      else if (!isSame(before, field)) {
        const { line, source } = field.key
        const message = `it is also in the included file ${source.file}, line ${line}, and says something else there`
        sayAt(
          report,
          before.key,
          `${part}.${name}`,
          message,
          "override what is included in another file, beside this one"
        )
      }
    }
    whole.set(part, { key: more.place, value: { kind: "table", place: there?.place ?? more.place, fields } })
  }
  return { ...model, fields: whole }
}

/** Whether two values say the same and their paths mean the same. */
const isSame = (a: Field, b: Field): boolean =>
  a.value.place.source.directory === b.value.place.source.directory &&
  JSON.stringify(plainData(a.value)) === JSON.stringify(plainData(b.value))
