import * as Effect from "effect/Effect"
import type { Member } from "../life/members.ts"

/** What a watch asks of whoever stays with the containers that it changes. */
export interface WatchHands {
  /** These are going to end, or to be started again, which is no reason for anything. */
  readonly release: (members: ReadonlyArray<Member>) => Effect.Effect<void>
  /** This one runs, perhaps in the place of another one. */
  readonly take: (member: Member) => Effect.Effect<void>
}

/** Nobody stays with them. */
export const noHands: WatchHands = { release: () => Effect.void, take: () => Effect.void }
