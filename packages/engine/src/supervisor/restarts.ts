import type { ExitStatus } from "@gantry/core/runtime/ContainerState"
import type { RestartRule } from "@gantry/core/runtime/Runtime"

/** The first pause before a container is started again, in milliseconds; it doubles with each start. Docker's numbers. */
const firstPause = 100

/** No pause is longer. */
const longestPause = 60_000

/** A container that ran so long was well: its pauses begin anew. */
const wellAfter = 10_000

/** What is known when a container has ended. */
export interface Ended {
  readonly exit: ExitStatus
  /** Milliseconds that it ran. */
  readonly ran: number
  /** It is to be started again whatever its rule says. */
  readonly forced: boolean
}

/** Decides whether and when a container is started again; remembers how often it was. */
export interface Restarts {
  /** Milliseconds until the next start; undefined when there is none. */
  readonly next: (ended: Ended) => number | undefined
  /** How often it was started again. */
  readonly count: () => number
}

/** No start yet but the first. The rule is asked for each time: it may change meanwhile. */
export const makeRestarts = (rule: () => RestartRule): Restarts => {
  let pause = firstPause
  let count = 0
  const isWanted = ({ exit, forced }: Ended): boolean => {
    const { most, policy } = rule()
    if (forced) return true
    switch (policy) {
      case "no":
        return false
      case "on-failure":
        return exit.code !== 0 && (most === 0 || count < most)
      case "always":
      case "unless-stopped":
        return true
    }
  }
  return {
    next: (ended) => {
      if (!isWanted(ended)) return undefined
      if (ended.ran >= wellAfter) pause = firstPause
      const now = pause
      pause = Math.min(longestPause, pause * 2)
      count++
      return now
    },
    count: () => count
  }
}
