import { parseVolume } from "../texts/volume-text.ts"
import type { Report } from "../tree/Report.ts"
import { type Table, tableAt, textAt, type Tree } from "../tree/Tree.ts"
import {
  eachAs,
  fieldsAs,
  type Form,
  itemsAs,
  joined,
  listed,
  named,
  nothingAt,
  pairs,
  under,
  valuesAs
} from "./forms.ts"

const volumes = itemsAs((item) => {
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
const ulimits = valuesAs((value) =>
  value.kind === "scalar" ? tableAt(value.place, { soft: value, hard: value }) : value
)

const files = itemsAs(under("source"))

const buildFields = fieldsAs({
  args: pairs,
  labels: pairs,
  additional_contexts: pairs,
  extra_hosts: (tree, report) => hosts(tree, report),
  ssh: (tree, report) => joined(listed(tree, report), report),
  secrets: files,
  ulimits
})

const build: Form = (tree, report) =>
  buildFields(tree.kind === "scalar" && tree.text !== "" ? (under("context")(tree)[0] ?? tree) : tree, report)

/** `host:address` as `host=address`, in which no address has a colon that parts it from the host. */
const hosts: Form = (tree, report) => {
  const list = joined(tree, report)
  if (list.kind !== "list") return list
  const items = list.items.map((item) =>
    item.kind === "scalar" && !item.text.includes("=") ? { ...item, text: item.text.replace(":", "=") } : item
  )
  return { ...list, items }
}

const hook = fieldsAs({ environment: pairs })

const watch = fieldsAs({ exec: hook, ignore: listed, include: listed })

const service = fieldsAs({
  annotations: pairs,
  build,
  configs: files,
  depends_on: named((place) => tableAt(place, { condition: textAt("service_started", place) })),
  deploy: fieldsAs({ labels: pairs }),
  develop: fieldsAs({ watch: eachAs(watch) }),
  dns: listed,
  dns_search: listed,
  env_file: (tree, report) => itemsAs(under("path"))(listed(tree, report), report),
  environment: pairs,
  extra_hosts: hosts,
  label_file: listed,
  labels: pairs,
  networks: named(nothingAt),
  post_start: eachAs(hook),
  pre_stop: eachAs(hook),
  secrets: files,
  sysctls: pairs,
  tmpfs: listed,
  ulimits,
  volumes
})

const resource = valuesAs(fieldsAs({ labels: pairs }))

const model = fieldsAs({
  services: valuesAs(service),
  networks: resource,
  volumes: resource,
  secrets: resource,
  configs: resource
})

/**
 * A Compose file with everything in its long form, so that two of them can be merged. Only ports stay as they are: one of
 * them may be thousands.
 */
export const longModel = (table: Table, report: Report): Table => {
  const long = model(table, report)
  return long.kind === "table" ? long : table
}
