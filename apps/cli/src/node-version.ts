/** What a runtime says of itself. Bun and Deno speak of a Node as well, whose place they take. */
interface Versions {
  readonly [name: string]: string | undefined
}

/** The first Node that has all that is used: SQLite, and hooks for modules. */
const oldest = [22, 15] as const

/** Whether this is a Node that cannot run gantry. Pure. */
export const isTooOld = ({ bun, deno, node = "" }: Versions): boolean => {
  const [major = 0, minor = 0] = node.split(".").map(Number)
  return bun === undefined && deno === undefined && (major < oldest[0] || (major === oldest[0] && minor < oldest[1]))
}

/** What its user is told. */
export const tooOldWords = ({ node = "" }: Versions): string =>
  `gantry: this Node cannot run gantry: ${node}\n  why: it needs Node ${oldest.join(".")} or newer\n` +
  "  try: a newer Node, Bun, Deno, or the gantry that is one program\n"
