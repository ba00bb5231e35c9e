import type { Runtime } from "@gantry/core/runtime/Runtime"
import type { Settings } from "@gantry/core/Settings"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { instantOf, type LogLine, type LogQuery, openLogs } from "./Logs.ts"

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
        const past = opened.flatMap(({ container, past: lines }) =>
          lines.map((line) => ({ at: instantOf(line.time), pair: [container, line] as const }))
        )
        // Stable: what one container wrote in the same moment stays in order.
        past.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
        const later = opened.map(({ container, later: lines }) =>
          Stream.map(lines, (line) => [container, line] as const)
        )
        return Stream.concat(
          Stream.fromIterable(past.map(({ pair }) => pair)),
          Stream.mergeAll(later, { concurrency: mostFollowed })
        )
      }
    )
  )
