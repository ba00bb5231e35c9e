import type { Family, Filter } from "./Filter.ts"

/*
 * Other programs may drop what is forwarded through the host: Docker sets the policy of the FORWARD chain to drop, and
 * so do some firewalls. An accept in our own table cannot undo that, so our bridges get a pass where they look first.
 */

const table = "filter"

/** The chain that Docker leaves to others; else the one that drops by default; none when nobody drops. */
export const chainToPass = (filter: Pick<Filter, "chain">, family: Family): string | undefined => {
  if (filter.chain(table, "DOCKER-USER", family) !== undefined) return "DOCKER-USER"
  return filter.chain(table, "FORWARD", family)?.policy === "drop" ? "FORWARD" : undefined
}

/** Whether somebody drops what this bridge forwards. Costs microseconds. */
export const lacksPass = (filter: Filter, bridge: string, family: Family): boolean => {
  const chain = chainToPass(filter, family)
  return chain !== undefined && !filter.ruleMentions(table, chain, quoted(bridge), family)
}

/** Names of links lie in a rule's comment between quotes, so that `gantry1` is not found in `gantry10`. */
const quoted = (bridge: string) => `'${bridge}'`

/** Lets the bridge forward. What our own table drops stays dropped. */
export const passScript = (chain: string, bridge: string, family: Family): string =>
  ["iifname", "oifname"]
    .map(
      (key) =>
        `insert rule ${family} ${table} ${chain} ${key} "${bridge}" counter accept comment "gantry ${quoted(bridge)}"\n`
    )
    .join("")

/** Reads what `nft --handle list chain` printed: the numbers of the rules that let this bridge pass. */
export const passHandles = (listing: string, bridge: string): ReadonlyArray<number> =>
  listing
    .split("\n")
    .filter((line) => line.includes(`comment "gantry ${quoted(bridge)}"`))
    .flatMap((line) => {
      const [, handle] = /# handle (\d+)/.exec(line) ?? []
      return handle === undefined ? [] : [Number(handle)]
    })

/** Takes back what {@link passScript} inserted, from either chain. Nothing happens when there is nothing. */
export const withdrawPass = (filter: Filter, bridge: string, family: Family): void => {
  for (const chain of ["DOCKER-USER", "FORWARD"]) {
    const isThere = filter.chain(table, chain, family) !== undefined
    if (!isThere || !filter.ruleMentions(table, chain, quoted(bridge), family)) continue
    const listing = filter.run(`list chain ${family} ${table} ${chain}\n`, "--handle")
    const deletions = passHandles(listing, bridge).map(
      (handle) => `delete rule ${family} ${table} ${chain} handle ${handle}\n`
    )
    filter.run(deletions.join(""))
  }
}
