import { existsSync, watch } from "node:fs"
import { isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { bytesOf, type LogRecord } from "../supervisor/log.ts"
import { directoryOf } from "./directory-of.ts"
import { openLogFiles } from "./open-log-files.ts"

/** A line a container wrote, or a piece of a very long one. */
export interface LogLine {
  readonly stream: "stdout" | "stderr"
  /** RFC 3339. */
  readonly time: string
  readonly bytes: Uint8Array
}

/** Which lines are wanted. Instants are nanoseconds since 1970. */
export interface LogQuery {
  /** Lines from the end. */
  readonly tail: number | "all"
  readonly since?: bigint
  readonly until?: bigint
  /** Whether a line is wanted for what it says, without its end; every one when absent. */
  readonly matches?: (text: string) => boolean
  /** Goes on until the container stops, or until the instant of `until`. */
  readonly follow: boolean
}

/** What a container has written so far, and what it writes from now on: nothing unless that is followed. */
export interface OpenedLogs {
  /** Read as it is asked for, once, before what comes later. Throws `StorageFailure`. */
  readonly past: Iterable<LogLine>
  /** Can be read once, while the scope is open. */
  readonly later: Stream.Stream<LogLine, StorageFailure>
}

/** Pause between looks whether a container was started again, in milliseconds. */
const restartPace = 100

const parse = (line: string): LogLine | undefined => {
  try {
    const record = JSON.parse(line) as LogRecord
    return { stream: record.stream, time: record.time, bytes: bytesOf(record) }
  } catch {
    // The last line of a supervisor that was killed while it wrote.
    return undefined
  }
}

/** Nanoseconds since 1970 of an RFC 3339 time. */
export const instantOf = (time: string): bigint => {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? ""
  return BigInt(Math.floor(Date.parse(time) / 1000)) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0").slice(0, 9))
}

/** What a container wrote, in order; with `follow`, until it stops. */
export const logs = (id: string, query: LogQuery): Stream.Stream<LogLine, StorageFailure, Runtime | Settings> =>
  Stream.unwrapScoped(Effect.map(openLogs(id, query), ({ later, past }) => Stream.concat(readLazily(past), later)))

/** Elements that are asked for at once. */
const batch = 1024

/** Lines that are read as they are asked for, as a stream of them. They throw `StorageFailure`. */
export const readLazily = <A>(lines: Iterable<A>): Stream.Stream<A, StorageFailure> =>
  Stream.suspend(() => {
    const rest = lines[Symbol.iterator]()
    const some = Effect.try({
      try: () => {
        const taken: Array<A> = []
        while (taken.length < batch) {
          const { done, value } = rest.next()
          if (done === true) break
          taken.push(value)
        }
        return taken
      },
      catch: (failure) => Option.some(failure as StorageFailure)
    })
    return Stream.repeatEffectChunkOption(
      Effect.flatMap(some, (taken) =>
        taken.length === 0 ? Effect.fail(Option.none()) : Effect.succeed(Chunk.unsafeFromArray(taken))
      )
    )
  })

/** The last so many of lines. No more of them are kept than twice that. */
const lastOf = (lines: Iterable<LogLine>, count: number): ReadonlyArray<LogLine> => {
  let kept: Array<LogLine> = []
  for (const line of lines) {
    kept.push(line)
    if (kept.length >= 2 * count) kept = kept.slice(-count)
  }
  return count === 0 ? [] : kept.slice(-count)
}

/** As {@link logs}, with what is there apart from what is to come: nothing, of a log that is `kept` of a removed container. */
export const openLogs = (
  id: string,
  { follow, matches, since, tail, until }: LogQuery,
  kept?: string
): Effect.Effect<OpenedLogs, StorageFailure, Runtime | Settings | Scope.Scope> =>
  Effect.gen(function* () {
    const { root } = yield* Settings
    const runtime = yield* Runtime
    const directory = kept ?? directoryOf(root, id)
    const failed = storageFailure("read", `the log of ${id.slice(0, 12)}`)
    const wanted = (line: LogLine): boolean =>
      (since === undefined || instantOf(line.time) >= since) &&
      (until === undefined || instantOf(line.time) <= until) &&
      (matches === undefined || matches(textOf(line)))
    const select = (lines: ReadonlyArray<string>) =>
      lines.map(parse).filter((line) => line !== undefined && wanted(line)) as ReadonlyArray<LogLine>
    const reader = yield* Effect.acquireRelease(
      Effect.sync(() => openLogFiles(directory)),
      (open) => Effect.sync(open.close)
    )
    const chosen = function* (): Generator<LogLine> {
      for (const piece of reader.past()) yield* select(piece)
    }
    const past: Iterable<LogLine> = {
      *[Symbol.iterator]() {
        try {
          yield* tail === "all" ? chosen() : lastOf(chosen(), tail)
        } catch (cause) {
          throw failed(cause)
        }
      }
    }
    // Without a directory nothing of it ever ran, and there is nothing to wait for.
    if (!follow || kept !== undefined || !existsSync(directory)) return { past, later: Stream.empty }
    const bell = yield* Queue.sliding<"changed" | "ended">(2)
    yield* Effect.acquireRelease(
      Effect.sync(() => watch(directory, () => void Queue.unsafeOffer(bell, "changed"))),
      (watcher) => Effect.sync(() => watcher.close())
    )
    /** One that is started again goes on. */
    const over: Effect.Effect<void> = Effect.ignore(runtime.wait(id)).pipe(
      Effect.zipRight(runtime.state(id)),
      Effect.flatMap((state) => (isLive(state) ? Effect.zipRight(Effect.sleep(restartPace), over) : Effect.void))
    )
    yield* Effect.forkScoped(Effect.zipRight(over, Queue.offer(bell, "ended")))
    // Lines written between the first read and the watch ring no bell of their own.
    yield* Queue.offer(bell, "changed")
    const later = Stream.fromQueue(bell).pipe(
      Stream.takeUntil((word) => word === "ended"),
      Stream.mapEffect(() => Effect.try({ try: () => select(reader.next()), catch: failed })),
      Stream.flattenIterables
    )
    if (until === undefined) return { past, later }
    // Nothing that is to come is wanted any more from then on.
    const left = Number(until / 1_000_000n) - (yield* Clock.currentTimeMillis)
    return { past, later: left <= 0 ? Stream.empty : Stream.interruptWhen(later, Effect.sleep(left)) }
  })

const textOf = ({ bytes }: LogLine): string => new TextDecoder().decode(bytes).replace(/\r?\n$/, "")
