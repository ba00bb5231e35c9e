import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { appendEvent } from "./append-event.ts"
import { journalOf } from "./journal-files.ts"
import type { JournalEvent } from "./JournalEvent.ts"

/** Where verbs tell what they have done. */
export interface JournalShape {
  /** Writes an event down, with the time of now. Never fails; see `appendEvent`. */
  readonly record: (event: Omit<JournalEvent, "at">) => Effect.Effect<void>
}

/** Nobody listens, unless the program says otherwise. */
export class Journal extends Context.Reference<Journal>()("@gantry/engine/Journal", {
  defaultValue: (): JournalShape => ({ record: () => Effect.void })
}) {}

/** Tells what has happened. */
export const record = (event: Omit<JournalEvent, "at">): Effect.Effect<void> =>
  Effect.flatMap(Journal, (journal) => journal.record(event))

/** A journal in files below the root directory. */
export const make = (root: string): JournalShape => ({
  record: (event) => Effect.map(Clock.currentTimeMillis, (at) => appendEvent(journalOf(root), { at, ...event }))
})
