import { containerFacts, type ListedContainer } from "./container-facts.ts"
import { type ContainerFacts, containerColumns, containerHeaders, containerRow } from "./container-row.ts"
import type { Listing } from "./template.ts"

/** How many containers `ps` is asked for; undefined when no number was named. */
export const countOf = (options: {
  readonly last: number | undefined
  readonly latest: boolean
}): number | undefined => {
  if (options.latest) return 1
  return options.last !== undefined && options.last > 0 ? options.last : undefined
}

/** What `ps` shows of containers. `sizes`: of each of them, when that was asked for. `now`: milliseconds since 1970. */
export const containerListing = (
  shown: ReadonlyArray<ListedContainer>,
  options: { readonly noTrunc: boolean; readonly quiet: boolean; readonly size: boolean },
  now: number,
  sizes: ReadonlyArray<ContainerFacts["size"]> = []
): Listing => ({
  noTrunc: options.noTrunc,
  goType: "*formatter.ContainerContext",
  rows: shown.map((each, at) => containerRow(containerFacts(each, sizes[at]), { now, truncate: !options.noTrunc })),
  headers: containerHeaders,
  columns: options.size ? [...containerColumns, "Size"] : containerColumns,
  ...(options.quiet ? { only: "ID" } : {})
})
