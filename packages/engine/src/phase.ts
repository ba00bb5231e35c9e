import * as Effect from "effect/Effect"
import type { ParentSpan } from "effect/Tracer"

/** The parts of a run that are told apart, in the order in which they begin. */
export const phases = ["resolve", "pull", "create", "mount", "network", "start", "settle"] as const

/** One of {@link phases}. */
export type PhaseName = (typeof phases)[number]

/**
 * Marks a part of a run, as a span of that name, for whoever traces. Parts may lie in each other: the time of the inner
 * one is its own.
 */
export const phase =
  (name: PhaseName) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, ParentSpan>> =>
    Effect.withSpan(effect, name, { captureStackTrace: false })
