/** What a document says nothing about, because it is empty, `false` or absent. */
const isNothing = (value: unknown): boolean => {
  if (value === undefined || value === false || value === "") return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === "object" && value !== null && Object.keys(value).length === 0
}

/** Fields in the given order, without those that say nothing. */
export const said = (fields: { readonly [name: string]: unknown }): { readonly [name: string]: unknown } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => !isNothing(value)))

/** A record whose names are sorted by code unit, each value changed. */
export const sorted = <A>(
  record: { readonly [name: string]: A },
  change: (value: A, name: string) => unknown = (value) => value
): { readonly [name: string]: unknown } =>
  Object.fromEntries(
    Object.entries(record)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, change(value, name)])
  )

/** Values with every dollar sign doubled, so that they mean the same when they are read again; names stay. */
export const escaped = (value: unknown): unknown => {
  if (typeof value === "string") return value.replaceAll("$", "$$$$")
  if (Array.isArray(value)) return value.map(escaped)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, escaped(each)]))
}
