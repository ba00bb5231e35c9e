import { didYouMean } from "./did-you-mean.ts"
import type { Report } from "../tree/Report.ts"
import { type At, say } from "./At.ts"

/** Kinds of things that a project declares and services refer to. */
export type Kind = "config" | "network" | "secret" | "service" | "volume"

/** What a service can refer to. */
export interface Scope {
  readonly declared: { readonly [Each in Kind]: ReadonlySet<string> }
  /** What counts only if the service is wanted: references that lead nowhere. */
  readonly later: Report
}

/** Checks that a name is declared. */
export const refer = (at: At, kind: Kind, name: string, { declared, later }: Scope): void => {
  if (declared[kind].has(name)) return
  const place = kind === "service" ? "services" : `${kind}s`
  const hint = didYouMean(name, declared[kind], later) ?? `declare it under ${place}, on the first level of the file`
  say({ ...at, report: later }, `there is no ${kind} "${name}"`, hint)
}
