import { coverLogins } from "@gantry/core/logins"

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

/** The same without the users and passwords that stand in addresses. */
export const withoutLogins = ({ before, todo, what, why, ...rest }: Explanation): Explanation => ({
  ...rest,
  what: coverLogins(what),
  ...(before === undefined ? {} : { before: before.map(coverLogins) }),
  ...(why === undefined ? {} : { why: coverLogins(why) }),
  ...(todo === undefined ? {} : { todo: coverLogins(todo) })
})

/** A hint, if there is one. */
export const optional = (todo: string | undefined): { readonly todo?: string } => (todo === undefined ? {} : { todo })
