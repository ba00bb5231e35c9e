import { cacheUsage } from "@gantry/engine/verbs/cache-usage"
import * as Effect from "effect/Effect"
import { builderDu as table } from "../argv/tables/prune.ts"
import { parseCacheFilters } from "../argv/values/cache-filters.ts"
import { cacheBlock, cacheColumns, cacheHeaders, cacheRow, cacheTotals } from "../show/cache-row.ts"
import { define } from "./define.ts"
import { printListing } from "./listing.ts"
import { badValue } from "./Usage.ts"

/** `gantry builder du`: what each record of the build cache takes. The sums are of all records, whatever is shown. */
export default define(table, ({ options }, { terminal }) =>
  Effect.gen(function* () {
    if (options.verbose && options.format !== undefined) {
      return yield* badValue("--format and --verbose do not go together", "leave one of them out")
    }
    const filter = parseCacheFilters(options.filter, terminal.now())
    if (!filter.ok) return yield* badValue(filter.problem, "see --help for the filters")
    const usage = yield* cacheUsage
    const rows = usage.rows.filter(filter.value)
    if (options.verbose) {
      terminal.out(`${rows.map((row) => `${cacheBlock(row, terminal.now())}\n`).join("")}${cacheTotals(usage)}`)
      return 0
    }
    const listing = {
      rows: rows.map((row) => cacheRow(row, terminal.now())),
      headers: cacheHeaders,
      columns: cacheColumns
    }
    const status = yield* printListing(options.format, listing, terminal)
    if (options.format === undefined) terminal.out(cacheTotals(usage))
    return status
  })
)
