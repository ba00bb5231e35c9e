import type { Health, HealthCheck } from "@gantry/core/runtime/ContainerState"
import type { HealthRule } from "@gantry/core/runtime/Runtime"

/** Docker keeps as many. */
const mostKept = 5

/** Before the first look. */
export const unknown: Health = { status: "starting", streak: 0, log: [] }

/** During the start period failures do not count, unless it was well before. */
const isStarting = ({ status }: Health, { startPeriod }: HealthRule, startedAt: number, now: number): boolean =>
  status === "starting" && now - startedAt < startPeriod

/** What one more look says. Times in milliseconds since 1970. */
export const afterCheck = (health: Health, check: HealthCheck, rule: HealthRule, startedAt: number): Health => {
  const log = [...health.log, check].slice(-mostKept)
  if (check.exitCode === 0) return { status: "healthy", streak: 0, log }
  if (isStarting(health, rule, startedAt, check.end)) return { ...health, log }
  const streak = health.streak + 1
  return { status: streak >= rule.retries ? "unhealthy" : health.status, streak, log }
}

/** Milliseconds until the next look. */
export const untilNext = (health: Health, rule: HealthRule, startedAt: number, now: number): number =>
  isStarting(health, rule, startedAt, now) ? rule.startInterval : rule.interval

/**
 * Milliseconds in which nobody looks after a look that took so many, whatever the rule says: each takes a process, and
 * looks at most a quarter of one processor.
 */
export const restAfter = (took: number): number => Math.min(3 * took, 1000)
