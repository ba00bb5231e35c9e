import { dirname } from "node:path"
import { didYouMean } from "../read/did-you-mean.ts"
import { isRemote, absolutePathOf } from "../files/path-of.ts"
import { mergeTrees, withoutTags } from "../merge/merge-trees.ts"
import { modelRule, serviceRule } from "../merge/rules.ts"
import { type At, fullText, open, say } from "../read/At.ts"
import { type Field, type Scalar, sizeOf, type Table, type Tree, valueOf } from "../tree/Tree.ts"
import { spend } from "../tree/Report.ts"
import { type Loading, shownPath } from "./Loading.ts"
import { prepare, readDocuments } from "./read-documents.ts"

/** Longest way from a service over those that it extends. */
const longest = 50

/** A file, by its path, with its services. */
interface Home {
  readonly path: string
  readonly services: Table
}

/** A Compose file whose services have become what they extend. */
export const extendServices = (model: Table, path: string, loading: Loading): Table => {
  const services = valueOf(model, "services")
  if (services?.kind !== "table") return model
  const others = new Map<string, Table | undefined>()
  const fields = Array.from(services.fields, ([name, field]): readonly [string, Field] => {
    if (valueOf(field.value, "extends") === undefined) return [name, field]
    const extended = extend({ path, services }, name, [], { ...loading, others })
    // What it lacks without what it extends is no second problem.
    if (extended === undefined) loading.report.unclear.add(field.value.place)
    return [name, { ...field, value: extended ?? withoutExtends(field.value) }]
  })
  const whole: Field = { key: services.place, value: { ...services, fields: new Map(fields) } }
  return { ...model, fields: new Map([...model.fields, ["services", whole]]) }
}

interface Extending extends Loading {
  /** Files that were read because services extend those of them. */
  readonly others: Map<string, Table | undefined>
}

const extend = (home: Home, name: string, way: ReadonlyArray<string>, extending: Extending): Table | undefined => {
  const { budget } = extending.report
  const tree = home.services.fields.get(name)?.value
  // Trying takes as long as doing it.
  if (budget.values < 0 || tree?.kind !== "table") return undefined
  const extendsTree = valueOf(tree, "extends")
  if (extendsTree === undefined) return tree
  const at: At = { tree: extendsTree, path: `services.${name}.extends`, report: extending.report }
  const here = `${shownPath(home.path, extending.cwd)}: ${name}`
  if (way.includes(here) || way.length >= longest) {
    const circle = way.includes(here) ? [...way.slice(way.indexOf(here)), here] : way.slice(-3)
    return say(at, `services extend each other in a circle: ${circle.join(" → ")}`)
  }
  const target = targetOf(at, home, extending)
  if (target === undefined) return undefined
  if (target.home.services.fields.get(target.name) === undefined) {
    const hint = didYouMean(target.name, target.home.services.fields.keys(), extending.report)
    return say(at, `there is no service "${target.name}" in ${shownPath(target.home.path, extending.cwd)}`, hint)
  }
  const base = extend(target.home, target.name, [...way, here], extending)
  if (base === undefined) return undefined
  const merging = { path: `services.${name}`, rule: serviceRule, report: extending.report, keepTags: true }
  const merged = mergeTrees(withoutTags(withoutExtends(base)), withoutExtends(tree), merging)
  if (!spend(extending.report, sizeOf(merged))) {
    return say(at, "the files have too many values, counting what is extended")
  }
  return merged.kind === "table" ? merged : undefined
}

/** The service that is extended, and the file that it is in. */
const targetOf = (at: At, home: Home, extending: Extending) => {
  if (at.tree.kind === "scalar") {
    const name = fullText(at)
    return name === undefined ? undefined : { home, name }
  }
  const fields = open(at, ["file", "service"])
  const name = fields.read("service", fullText)
  const file = fields.get("file")
  if (fields.get("service") === undefined) return say(at, "it names no service")
  if (name === undefined) return undefined
  if (file === undefined) return { home, name }
  if (fullText(file) === undefined || file.tree.kind !== "scalar") return undefined
  const path = isRemote(file.tree.text) ? undefined : absolutePathOf(file.tree)
  if (path === undefined) return say(file, "files that lie elsewhere cannot be extended")
  const services = servicesOf(path, file.tree, extending)
  return services === undefined ? undefined : { home: { path, services }, name }
}

const servicesOf = (path: string, { place }: Scalar, extending: Extending): Table | undefined => {
  const { cwd, others, report } = extending
  if (others.has(path)) return others.get(path)
  const source = { file: shownPath(path, cwd), directory: dirname(path), environment: place.source.environment }
  const before = report.problems.length
  const documents = readDocuments({ path, source }, extending, { named: false }).map((each) => prepare(each, extending))
  const [first, ...more] = documents
  const merging = { path: "", rule: modelRule, report }
  const model =
    first === undefined
      ? undefined
      : more.reduce<Table>((base, over) => {
          const merged = mergeTrees(base, over, merging)
          return merged.kind === "table" ? merged : base
        }, first)
  const services = valueOf(model, "services")
  const found = services?.kind === "table" ? services : undefined
  if (found === undefined && report.problems.length === before) {
    report.problems.push({ file: source.file, path: "", message: "the file has no services" })
  }
  others.set(path, found)
  return found
}

const withoutExtends = (tree: Tree): Tree => {
  if (tree.kind !== "table") return tree
  const fields = new Map(tree.fields)
  fields.delete("extends")
  return { ...tree, fields }
}
