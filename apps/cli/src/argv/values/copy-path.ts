/** One operand of `cp`. */
export interface CopyPath {
  /** Name or ID of a container; none for a path of the host. */
  readonly container?: string
  readonly path: string
}

/**
 * Reads an operand of `cp`: `CONTAINER:PATH`, or a path of the host. A path that holds a colon is a path of the host when
 * it begins with `/` or `.`.
 */
export const parseCopyPath = (text: string): CopyPath => {
  const colon = text.indexOf(":")
  if (colon < 0 || text.startsWith("/") || text.startsWith(".")) return { path: text }
  const container = text.slice(0, colon)
  return { ...(container === "" ? {} : { container }), path: text.slice(colon + 1) }
}
