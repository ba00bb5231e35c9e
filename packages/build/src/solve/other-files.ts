import * as Effect from "effect/Effect"
import { remoteKind } from "../graph/remote-source.ts"
import type { BuildContext } from "./BuildContext.ts"
import type { BuildFailed } from "./BuildFailed.ts"
import type { RemoteFound } from "./Sources.ts"
import { wantedTrees } from "./stand-on.ts"
import type { Folded, Workshop } from "./Standing.ts"

/** The contexts that a step takes files from, in the order of `wantedTrees`: the build's own, where none is named. */
export const contextsOf = (
  folded: Pick<Folded, "action" | "label" | "node">,
  shop: Pick<Workshop, "context" | "named">
): Effect.Effect<ReadonlyArray<BuildContext>, BuildFailed> =>
  Effect.forEach(wantedTrees(folded), (source) =>
    source?.of === "context" ? shop.named(source.name, folded.label) : Effect.succeed(shop.context)
  )

const nothing: ReadonlyMap<string, RemoteFound> = new Map()

/** What is at the addresses that a step adds, by the source's text. */
export const remoteOf = (
  { action, label }: Pick<Folded, "action" | "label">,
  shop: Pick<Workshop, "remote">
): Effect.Effect<ReadonlyMap<string, RemoteFound>, BuildFailed> => {
  if (action.kind !== "copy" || action.remote === undefined) return Effect.succeed(nothing)
  const { unpack: _, ...said } = action.remote
  const addresses = action.sources.filter((source) => remoteKind(source) !== undefined)
  return Effect.map(
    Effect.forEach(addresses, (source) => shop.remote({ source, ...said }, label), { concurrency: 4 }),
    (found) =>
      new Map(addresses.flatMap((source, at) => (found[at] === undefined ? [] : [[source, found[at]] as const])))
  )
}
