import type { Runtime } from "@gantry/core/runtime/Runtime"
import type { Settings } from "@gantry/core/Settings"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { instantOf, type LogLine, type LogQuery, type OpenedLogs, openLogs, readLazily } from "./Logs.ts"

/** Most containers whose logs are followed at once. */
const mostFollowed = 1000

/**
 * What several containers wrote, in the order of time as far as it is there, and then as it comes; each line with the
 * container that wrote it. `tail` counts lines of each. A removed container has the directory with its log, if that is kept.
 */
export const mergedLogs = <Container extends { readonly id: string; readonly keptLog?: string }>(
  containers: ReadonlyArray<Container>,
  query: LogQuery
): Stream.Stream<readonly [Container, LogLine], StorageFailure, Runtime | Settings> =>
  Stream.unwrapScoped(
    Effect.map(
      Effect.forEach(containers, (container) =>
        Effect.map(openLogs(container.id, query, container.keptLog), ({ later, past }) => ({ container, later, past }))
      ),
      (opened) => {
        const later = opened.map(({ container, later: lines }) =>
          Stream.map(lines, (line) => [container, line] as const)
        )
        return Stream.concat(readLazily(inOrderOfTime(opened)), Stream.mergeAll(later, { concurrency: mostFollowed }))
      }
    )
  )

/** Lines of several, the earliest first, of which one of each is held. What one wrote in the same moment stays in order. */
function* inOrderOfTime<Container>(
  opened: ReadonlyArray<Pick<OpenedLogs, "past"> & { readonly container: Container }>
): Generator<readonly [Container, LogLine]> {
  const heads = opened.flatMap(({ container, past }) => {
    const rest = past[Symbol.iterator]()
    const { done, value } = rest.next()
    return done === true ? [] : [{ container, rest, line: value, at: instantOf(value.time) }]
  })
  while (heads.length > 0) {
    const first = heads.reduce((best, each) => (each.at < best.at ? each : best))
    yield [first.container, first.line]
    const { done, value } = first.rest.next()
    if (done === true) heads.splice(heads.indexOf(first), 1)
    else Object.assign(first, { line: value, at: instantOf(value.time) })
  }
}
