type Fields = { readonly [name: string]: unknown }

const fieldsOf = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {})

/** A field of a field, and so on; empty where there is none. */
const within = (value: unknown, ...names: ReadonlyArray<string>): Fields =>
  fieldsOf(
    names.reduce<unknown>((at, name) => (Object.hasOwn(fieldsOf(at), name) ? fieldsOf(at)[name] : undefined), value)
  )

/** Changes the fields of a table, of which those go that come to nothing. */
const changed = (value: unknown, change: (field: unknown, name: string) => unknown): Fields =>
  Object.fromEntries(
    Object.entries(fieldsOf(value)).flatMap(([name, field]) => {
      const next = change(field, name)
      return next === undefined ? [] : [[name, next]]
    })
  )

const named: ReadonlySet<string> = new Set(["configs", "networks", "secrets", "volumes"])

/**
 * A document of a project without what no file says and what follows from what they say: names of networks and their like,
 * the network that all services share, needs that follow from what services share, and contexts of builds.
 *
 * `said`: the merged files as data, everything in its long form.
 */
export const withoutImplied = (document: Fields, said: unknown): Fields =>
  changed(document, (part, name) => {
    if (name === "services") return changed(part, (service, key) => serviceAsSaid(service, within(said, name, key)))
    if (!named.has(name)) return part
    const left = changed(part, (thing, key) => {
      if (!Object.hasOwn(within(said, name), key)) return undefined
      const { name: own, ...others } = fieldsOf(thing)
      const rest = Object.hasOwn(within(said, name, key), "name") ? { name: own, ...others } : others
      return Object.keys(rest).length === 0 ? null : rest
    })
    return Object.keys(left).length === 0 ? undefined : left
  })

const serviceAsSaid = (service: unknown, said: Fields): Fields =>
  changed(service, (field, name) => {
    if (name === "networks") return Object.hasOwn(said, name) ? field : undefined
    if (name === "build") {
      return changed(field, (value, key) =>
        key === "context" && !Object.hasOwn(within(said, name), key) ? undefined : value
      )
    }
    if (name !== "depends_on") return field
    const left = changed(field, (need, key) => (Object.hasOwn(within(said, name), key) ? need : undefined))
    return Object.keys(left).length === 0 ? undefined : left
  })
