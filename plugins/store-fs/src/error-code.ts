/** The symbolic name of a system's error, such as `ENOENT`; undefined for any other. */
export const errorCode = (cause: unknown): string | undefined =>
  cause instanceof Error && "code" in cause ? String(cause.code) : undefined
