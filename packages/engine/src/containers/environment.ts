/**
 * The variables that entries of the form `NAME=value` leave. Later values win; a name alone takes the variable away.
 * The order is that of first definition.
 */
export const mergedEnvironment = (entries: Iterable<string>): ReadonlyArray<string> => {
  const values = new Map<string, string>()
  for (const entry of entries) {
    const equals = entry.indexOf("=")
    if (equals < 0) values.delete(entry)
    else values.set(entry.slice(0, equals), entry.slice(equals + 1))
  }
  return [...values].map(([name, value]) => `${name}=${value}`)
}
