import { mkdirSync, watch } from "node:fs"
import { Settings } from "@gantry/core/Settings"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { type EventFilters, isWanted } from "./event-filter.ts"
import { journalOf } from "./journal-files.ts"
import type { JournalEvent } from "./JournalEvent.ts"
import { openJournal } from "./read-journal.ts"

/** Which events are wanted. Instants are milliseconds since 1970, both included. */
export interface EventQuery {
  /** From when on; those that are still to come when absent, or all that are kept when there is an end. */
  readonly since?: number
  /** Until when; forever when absent. */
  readonly until?: number
  readonly filters: EventFilters
}

/**
 * Events in the order in which they were written down, by whichever process: what is kept of the past as the query has
 * it, and then what happens, until the query's end.
 */
export const watchEvents = ({
  filters,
  since,
  until
}: EventQuery): Stream.Stream<JournalEvent, StorageFailure, Settings> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const directory = journalOf((yield* Settings).root)
      const failed = storageFailure("read", "the journal of events")
      const remembers = since !== undefined || until !== undefined
      const bell = yield* Queue.sliding<"changed" | "ended">(2)
      const reader = yield* Effect.acquireRelease(
        Effect.try({
          try: () => {
            mkdirSync(directory, { recursive: true, mode: 0o700 })
            const watcher = watch(directory, () => void Queue.unsafeOffer(bell, "changed"))
            // Watched first: what is written in between rings.
            return { watcher, ...openJournal(directory, remembers ? "beginning" : "end") }
          },
          catch: failed
        }),
        ({ watcher }) => Effect.sync(() => watcher.close())
      )
      const left = until === undefined ? undefined : until - (yield* Clock.currentTimeMillis)
      if (left !== undefined) {
        yield* Effect.forkScoped(Effect.zipRight(Effect.sleep(Math.max(0, left)), Queue.offer(bell, "ended")))
      }
      const isIn = (event: JournalEvent): boolean =>
        (since === undefined || event.at >= since) &&
        (until === undefined || event.at <= until) &&
        isWanted(filters, event)
      // The first look is everybody's, rung or not.
      yield* Queue.offer(bell, left !== undefined && left <= 0 ? "ended" : "changed")
      return Stream.fromQueue(bell).pipe(
        Stream.takeUntil((word) => word === "ended"),
        Stream.mapEffect(() => Effect.try({ try: () => reader.next().filter(isIn), catch: failed })),
        Stream.flattenIterables
      )
    })
  )
