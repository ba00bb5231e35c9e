import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/**
 * A clock that never shows one time twice. A build shares what another has made since it began, and whole builds of a
 * test fit into a millisecond: of two that begin and record in the same one nobody could say which was first.
 */
export const make = (): Clock.Clock => {
  const clock = Clock.make()
  let last = 0
  const now = () => (last = Math.max(last + 1, clock.unsafeCurrentTimeMillis()))
  return {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: now,
    unsafeCurrentTimeNanos: () => clock.unsafeCurrentTimeNanos(),
    currentTimeMillis: Effect.sync(now),
    currentTimeNanos: clock.currentTimeNanos,
    sleep: (duration) => clock.sleep(duration)
  }
}
