/** A failure as people read it: what failed, why, and what to do. */
export interface Explanation {
  readonly what: string
  /** Lines that come before it: what was seen last, and where. */
  readonly before?: ReadonlyArray<string>
  readonly why?: string
  readonly todo?: string
  /** Exit status, where it is not the command's usual one. */
  readonly status?: number
}

/** A hint, if there is one. */
export const optional = (todo: string | undefined): { readonly todo?: string } => (todo === undefined ? {} : { todo })
