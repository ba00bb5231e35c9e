import type * as Yaml from "yaml"
import { parseDocuments } from "./parse-documents.ts"
import { type Report, sayAt, spend } from "./Report.ts"
import type { Field, Place, Scalar, Source, Table, Tag, Tree } from "./Tree.ts"

/** The module `yaml`, which is loaded when the first file is read. */
export type YamlModule = Omit<typeof Yaml, "default">

/** Deepest nesting of values. */
const deepest = 100

/** Problems of syntax that are told of one file. */
const mostErrors = 20

const tags: ReadonlyMap<string, Tag> = new Map([
  ["!reset", "reset"],
  ["!override", "override"]
])

/** Tags of YAML itself, which say what the value shows anyway. */
const usualTag = /^tag:yaml\.org,2002:(?:bool|float|int|map|null|seq|str)$/

/**
 * The documents of a YAML text as trees. What an alias refers to is shared and not copied, but counted as often as it is
 * referred to; `<<` has been merged. Problems go into the report.
 */
export const parseTrees = (yaml: YamlModule, text: string, source: Source, report: Report): ReadonlyArray<Tree> => {
  const { documents: list, lines } = parseDocuments(yaml, text, {
    logLevel: "silent",
    prettyErrors: false,
    schema: "failsafe",
    // They are looked for below: this way takes the square of their number.
    uniqueKeys: false
  })
  const placeAt = (offset: number): Place => {
    const { col, line } = lines.linePos(offset)
    return { source, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const before = report.problems.length
  for (const { message, pos } of list.flatMap(({ errors }) => errors).slice(0, mostErrors)) {
    // What is too deep for the parser's own stack it says in words about that.
    const isDeep = /call stack/i.test(message)
    sayAt(report, placeAt(pos[0]), "", isDeep ? "values are nested too deep" : message)
  }
  if (report.problems.length > before) return []
  return list.flatMap(({ contents }) => {
    const tree = contents === null ? undefined : convert(yaml, contents, placeAt, report)
    return tree === undefined ? [] : [tree]
  })
}

type YamlNode = Yaml.Node | null

const convert = (yaml: YamlModule, root: Yaml.Node, placeAt: (offset: number) => Place, report: Report) => {
  const anchors = new Map<string, { readonly tree: Tree; readonly size: number } | "open">()
  let exhausted = false

  const afford = (values: number, place: Place): boolean => {
    if (spend(report, values)) return true
    if (!exhausted) sayAt(report, place, "", "the files have too many values, counting what aliases refer to")
    exhausted = true
    return false
  }

  const nodePlace = (node: YamlNode, otherwise: Place): Place =>
    node?.range == null ? otherwise : placeAt(node.range[0])

  const visit = (node: YamlNode, otherwise: Place, depth: number): Tree | undefined => {
    const place = nodePlace(node, otherwise)
    if (exhausted) return undefined
    if (depth > deepest) {
      sayAt(report, place, "", `values are nested more than ${deepest} levels deep`)
      exhausted = true
      return undefined
    }
    if (node === null) return afford(1, place) ? { kind: "scalar", text: "", style: "plain", place } : undefined
    if (yaml.isAlias(node)) return followAlias(node.source, place)
    const anchor = yaml.isScalar(node) || yaml.isCollection(node) ? node.anchor : undefined
    const before = report.budget.values
    if (anchor !== undefined) anchors.set(anchor, "open")
    const tree = afford(1, place) ? build(node, place, depth) : undefined
    if (anchor !== undefined && tree !== undefined) {
      anchors.set(anchor, { tree, size: before - report.budget.values })
    }
    return tree
  }

  const followAlias = (name: string, place: Place): Tree | undefined => {
    const found = anchors.get(name)
    if (found === undefined || found === "open") {
      const why = found === "open" ? "stands inside of what it refers to" : "refers to nothing that stands before it"
      sayAt(report, place, "", `the alias *${name} ${why}`)
      return undefined
    }
    return afford(found.size, place) ? found.tree : undefined
  }

  const build = (node: Yaml.Node, place: Place, depth: number): Tree | undefined => {
    const tag = tagOf(node, place)
    if (yaml.isScalar(node)) return scalarOf(yaml, node, place, tag)
    if (yaml.isSeq(node)) {
      const items = node.items.flatMap((item) => visit(item as YamlNode, place, depth + 1) ?? [])
      return { kind: "list", items, place, ...tag }
    }
    return yaml.isMap(node) ? { kind: "table", fields: fieldsOf(node, place, depth), place, ...tag } : undefined
  }

  const tagOf = ({ tag }: Yaml.Node, place: Place): { readonly tag?: Tag } => {
    const known = tags.get(tag ?? "")
    if (known !== undefined) return { tag: known }
    if (tag !== undefined && !usualTag.test(tag)) {
      sayAt(report, place, "", `the tag ${tag} means nothing here`, "only !reset and !override have a meaning")
    }
    return {}
  }

  const fieldsOf = (node: Yaml.YAMLMap, place: Place, depth: number): ReadonlyMap<string, Field> => {
    const fields = new Map<string, Field>()
    const merged: Array<Tree> = []
    for (const pair of node.items) {
      const key = visit(pair.key as YamlNode, place, depth + 1)
      const value = visit(pair.value as YamlNode, key?.place ?? place, depth + 1)
      if (key === undefined || value === undefined) continue
      if (key.kind !== "scalar") sayAt(report, key.place, "", "a key is not a text")
      else if (key.text === "<<" && key.style === "plain") merged.push(value)
      else if (fields.has(key.text)) {
        sayAt(
          report,
          key.place,
          "",
          `the key "${key.text}" is there twice, first in line ${fields.get(key.text)?.key.line}`
        )
      } else fields.set(key.text, { value, key: key.place })
    }
    for (const source of merged.flatMap((each) => (each.kind === "list" ? each.items : [each]))) {
      if (source.kind !== "table") sayAt(report, source.place, "", "<< merges mappings, and this is none")
      else for (const [name, field] of source.fields) if (!fields.has(name)) fields.set(name, field)
    }
    return fields
  }

  return visit(root, placeAt(0), 0)
}

const scalarOf = (yaml: YamlModule, node: Yaml.Scalar, place: Place, tag: { readonly tag?: Tag }): Scalar => {
  const plain = node.type === yaml.Scalar.PLAIN && node.tag !== "tag:yaml.org,2002:str"
  return { kind: "scalar", text: String(node.value ?? ""), style: plain ? "plain" : "quoted", place, ...tag }
}

/** A tree that must be a table, as every Compose file is. */
export const tableOf = (tree: Tree, report: Report): Table | undefined => {
  if (tree.kind === "table") return tree
  sayAt(report, tree.place, "", "a Compose file is a mapping", "it begins with a line such as services:")
  return undefined
}
