/** Most networks that are named. */
const most = 10

/**
 * What to do when no range is left for a further network. `unused`: names of the networks that are in no container's
 * record, the oldest first.
 */
export const poolsExhaustedHint = (unused: ReadonlyArray<string>): string => {
  const elsewhere = "--subnet takes addresses from elsewhere"
  if (unused.length === 0)
    return `every network has containers: remove some (gantry rm) and then their network (gantry network rm); ${elsewhere}`
  const named = unused.slice(0, most).join(", ")
  const more = unused.length > most ? ` and ${unused.length - most} more` : ""
  return `no container uses ${named}${more} (the oldest first): gantry network rm NAME removes one, gantry network prune all of them; ${elsewhere}`
}
