import * as Effect from "effect/Effect"
import { remoteKind } from "../graph/remote-source.ts"
import type { BuildContext } from "./BuildContext.ts"
import type { BuildFailed } from "./BuildFailed.ts"
import type { RemoteFound } from "./Sources.ts"
import type { Folded, Workshop } from "./Standing.ts"

/** The context that a step takes files from: the build's own, unless it names another. */
export const contextOf = (
  { label, node: { from } }: Pick<Folded, "label" | "node">,
  shop: Pick<Workshop, "context" | "named">
): Effect.Effect<BuildContext, BuildFailed> =>
  from?.of === "context" ? shop.named(from.name, label) : Effect.succeed(shop.context)

const nothing: ReadonlyMap<string, RemoteFound> = new Map()

/** What is at the addresses that a step adds, by the source's text. */
export const remoteOf = (
  { action, label }: Pick<Folded, "action" | "label">,
  shop: Pick<Workshop, "remote">
): Effect.Effect<ReadonlyMap<string, RemoteFound>, BuildFailed> => {
  if (action.kind !== "copy" || action.remote === undefined) return Effect.succeed(nothing)
  const { checksum, keepGitDir } = action.remote
  const addresses = action.sources.filter((source) => remoteKind(source) !== undefined)
  return Effect.map(
    Effect.forEach(addresses, (source) => shop.remote({ source, checksum, keepGitDir }, label), { concurrency: 4 }),
    (found) =>
      new Map(addresses.flatMap((source, at) => (found[at] === undefined ? [] : [[source, found[at]] as const])))
  )
}
