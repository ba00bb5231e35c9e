import { parsePort } from "../texts/port-text.ts"
import { parseVolume } from "../texts/volume-text.ts"
import { isNull } from "../tree/scalars.ts"
import { type Field, type List, type Place, type Scalar, type Table, tableAt, textAt, type Tree } from "../tree/Tree.ts"

/** Makes the long form of a value; what it does not understand stays, for the reader to complain about. */
type Form = (tree: Tree) => Tree

const nothingAt = (place: Place): Scalar => ({ kind: "scalar", text: "", style: "plain", place })

/** `NAME=value` and `NAME` as fields of a table. */
const pairs: Form = (tree) => {
  if (tree.kind !== "list") return tree
  const fields = new Map<string, Field>()
  for (const item of tree.items) {
    if (item.kind !== "scalar") return tree
    const equals = item.text.indexOf("=")
    const name = equals === -1 ? item.text : item.text.slice(0, equals)
    const value =
      equals === -1 ? nothingAt(item.place) : { ...item, text: item.text.slice(equals + 1), style: "quoted" as const }
    fields.set(name, { value, key: item.place })
  }
  return { ...tree, kind: "table", fields }
}

/** One value as a list of one. */
const listed: Form = (tree) =>
  tree.kind === "scalar" && !isNull(tree)
    ? { kind: "list", items: [tree], place: tree.place, ...(tree.tag !== undefined && { tag: tree.tag }) }
    : tree

/** `name: value` as `name=value`; a name may have several values. */
const joined: Form = (tree) => {
  if (tree.kind !== "table") return tree
  const items: Array<Tree> = []
  for (const [name, { key, value }] of tree.fields) {
    for (const each of value.kind === "list" ? value.items : [value]) {
      if (each.kind !== "scalar") return tree
      items.push(textAt(each.text === "" ? name : `${name}=${each.text}`, key))
    }
  }
  return { ...tree, kind: "list", items }
}

/** Names as fields of a table. */
const named =
  (value: (place: Place) => Tree): Form =>
  (tree) => {
    if (tree.kind !== "list") return tree
    const fields = new Map<string, Field>()
    for (const item of tree.items) {
      if (item.kind !== "scalar") return tree
      fields.set(item.text, { value: value(item.place), key: item.place })
    }
    return { ...tree, kind: "table", fields }
  }

/** Each item of a list in its long form, which may be several. */
const each =
  (long: (item: Scalar) => ReadonlyArray<Tree>): Form =>
  (tree) =>
    tree.kind === "list"
      ? { ...tree, items: tree.items.flatMap((item) => (item.kind === "scalar" ? long(item) : [item])) }
      : tree

/** A single text under the name of a field. */
const under =
  (name: string) =>
  (item: Scalar): ReadonlyArray<Tree> => [tableAt(item.place, { [name]: item })]

const ports = each((item) => {
  const parsed = parsePort(item.text)
  if ("problem" in parsed) return [item]
  const text = (value: string | undefined) => (value === undefined ? undefined : textAt(value, item.place))
  return parsed.value.map(({ hostIp, protocol, published, target }) =>
    tableAt(item.place, {
      target: text(String(target)),
      published: text(published),
      host_ip: text(hostIp),
      protocol: text(protocol)
    })
  )
})

const volumes = each((item) => {
  const parsed = parseVolume(item.text)
  if ("problem" in parsed) return [item]
  const { nocopy, propagation, readOnly, selinux, source, target, type } = parsed.value
  const text = (value: string | undefined) => (value === undefined ? undefined : textAt(value, item.place))
  const table = (values: Record<string, Tree | undefined>) =>
    Object.values(values).some((value) => value !== undefined) ? tableAt(item.place, values) : undefined
  return [
    tableAt(item.place, {
      type: text(type),
      source: text(source),
      target: text(target),
      read_only: text(readOnly === true ? "true" : undefined),
      bind: table({ propagation: text(propagation), selinux: text(selinux) }),
      volume: table({ nocopy: text(nocopy === true ? "true" : undefined) })
    })
  ]
})

/** One number for both limits. */
const ulimits: Form = (tree) => {
  if (tree.kind !== "table") return tree
  const fields = Array.from(tree.fields, ([name, { key, value }]) => {
    const both = value.kind === "scalar" ? tableAt(value.place, { soft: value, hard: value }) : value
    return [name, { key, value: both }] as const
  })
  return { ...tree, fields: new Map(fields) }
}

/** Each field of a table in its long form. */
const fields =
  (forms: { readonly [name: string]: Form }): Form =>
  (tree) => {
    if (tree.kind !== "table") return tree
    const long = Array.from(tree.fields, ([name, field]) => {
      const form = Object.hasOwn(forms, name) ? forms[name] : undefined
      return [name, form === undefined ? field : { ...field, value: form(field.value) }] as const
    })
    return { ...tree, fields: new Map(long) }
  }

/** Every value of a table in its long form. */
const values =
  (form: Form): Form =>
  (tree) =>
    tree.kind === "table"
      ? {
          ...tree,
          fields: new Map(Array.from(tree.fields, ([name, field]) => [name, { ...field, value: form(field.value) }]))
        }
      : tree

const files = each(under("source"))

const build: Form = (tree) =>
  fields({
    args: pairs,
    labels: pairs,
    additional_contexts: pairs,
    extra_hosts: hosts,
    ssh: (ssh) => joined(listed(ssh)),
    secrets: files,
    ulimits
  })(tree.kind === "scalar" && tree.text !== "" ? (under("context")(tree)[0] ?? tree) : tree)

/** `host:address` as `host=address`, in which no address has a colon that parts it from the host. */
const hosts: Form = (tree) => {
  const list = joined(tree)
  if (list.kind !== "list") return list
  const items = list.items.map((item) =>
    item.kind === "scalar" && !item.text.includes("=") ? { ...item, text: item.text.replace(":", "=") } : item
  )
  return { ...list, items } satisfies List
}

const service = fields({
  annotations: pairs,
  build,
  configs: files,
  depends_on: named((place) => tableAt(place, { condition: textAt("service_started", place) })),
  deploy: fields({ labels: pairs }),
  dns: listed,
  dns_search: listed,
  env_file: (tree) => each(under("path"))(listed(tree)),
  environment: pairs,
  extra_hosts: hosts,
  label_file: listed,
  labels: pairs,
  networks: named(nothingAt),
  ports,
  secrets: files,
  sysctls: pairs,
  tmpfs: listed,
  ulimits,
  volumes
})

/** A service with every attribute in its long form. */
export const longService = (tree: Tree): Tree => service(tree)

const resource = values(fields({ labels: pairs }))

const model = fields({
  services: values(service),
  networks: resource,
  volumes: resource,
  secrets: resource,
  configs: resource
})

/** A Compose file with everything in its long form, so that two of them can be merged. */
export const longModel = (table: Table): Table => {
  const long = model(table)
  return long.kind === "table" ? long : table
}
