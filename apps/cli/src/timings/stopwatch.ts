import { phases } from "@gantry/engine/phase"
import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"
import { divide, type Share, type Stretch } from "./divide.ts"

/** Measures the parts of a run. */
export interface Stopwatch {
  /** Measures the phases of the engine in an effect. */
  readonly traced: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Ends a part of that name, which began where the last one ended. A second call for the same name changes nothing. */
  readonly reached: (name: string) => void
  /** Milliseconds since the program began. */
  readonly now: () => number
  /** Everything until now. */
  readonly shares: () => ReadonlyArray<Share>
}

const wanted: ReadonlySet<string> = new Set(phases)

/** Begins to measure. `now`: milliseconds since the program began. */
export const makeStopwatch = (now: () => number): Stopwatch => {
  const stretches: Array<Stretch> = []
  const named = new Set<string>()
  let last = 0
  const tracer = Tracer.make({
    context: (run) => run(),
    span: (name, parent, context, links, startTime, kind) => {
      const start = now()
      const attributes = new Map<string, unknown>()
      let status: Tracer.SpanStatus = { _tag: "Started", startTime }
      return {
        _tag: "Span",
        name,
        spanId: `${stretches.length}`,
        traceId: "run",
        parent,
        context,
        links,
        kind,
        sampled: true,
        attributes,
        get status() {
          return status
        },
        attribute: (key, value) => void attributes.set(key, value),
        event: () => {},
        addLinks: () => {},
        end: (endTime, exit) => {
          status = { _tag: "Ended", startTime, endTime, exit }
          if (wanted.has(name)) stretches.push({ name, start, end: now() })
        }
      }
    }
  })
  return {
    now,
    traced: Effect.withTracer(tracer),
    reached: (name) => {
      const at = now()
      if (!named.has(name)) stretches.push({ name, start: last, end: at })
      named.add(name)
      last = at
    },
    shares: () => divide(stretches, now())
  }
}
