import { closeSync, fstatSync, openSync, readSync, statSync, watch } from "node:fs"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { bytesOf, type LogRecord } from "../supervisor/log.ts"
import { directoryOf } from "./settle.ts"

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
  /** Goes on until the container stops. */
  readonly follow: boolean
}

/** Files of a container's log, the oldest first. */
const filesOf = (directory: string): ReadonlyArray<string> => {
  const current = `${directory}/log.json`
  const found = [current]
  for (let number = 1; exists(`${current}.${number}`); number++) found.unshift(`${current}.${number}`)
  return found
}

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined

/** Reads whole lines from where it stopped last, also when the log began a new file meanwhile. */
const openReader = (path: string) => {
  const buffer = Buffer.allocUnsafe(1 << 16)
  let fd: number | undefined
  let rest = ""
  const decoder = new TextDecoder()
  const drain = (): ReadonlyArray<string> => {
    const lines: Array<string> = []
    if (fd === undefined) return lines
    for (;;) {
      const size = readSync(fd, buffer, 0, buffer.length, null)
      if (size === 0) return lines
      const parts = (rest + decoder.decode(buffer.subarray(0, size), { stream: true })).split("\n")
      rest = parts.pop() ?? ""
      lines.push(...parts)
    }
  }
  const isCurrent = (): boolean => {
    const now = statSync(path, { throwIfNoEntry: false })
    return fd !== undefined && now !== undefined && fstatSync(fd).ino === now.ino
  }
  return {
    next: (): ReadonlyArray<string> => {
      if (fd === undefined && exists(path)) fd = openSync(path, "r")
      const lines = [...drain()]
      while (fd !== undefined && !isCurrent() && exists(path)) {
        // What was written between the last read and the change of files is still in the old one.
        lines.push(...drain())
        closeSync(fd)
        fd = openSync(path, "r")
        lines.push(...drain())
      }
      return lines
    },
    close: (): void => {
      if (fd !== undefined) closeSync(fd)
    }
  }
}

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
const instantOf = (time: string): bigint => {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? ""
  return BigInt(Math.floor(Date.parse(time) / 1000)) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0").slice(0, 9))
}

/** What a container wrote, in order; with `follow`, until it stops. */
export const logs = (
  id: string,
  { follow, since, tail, until }: LogQuery
): Stream.Stream<LogLine, StorageFailure, Runtime | Settings> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const { root } = yield* Settings
      const runtime = yield* Runtime
      const directory = directoryOf(root, id)
      const failed = storageFailure("read", `the log of ${id.slice(0, 12)}`)
      const wanted = (line: LogLine): boolean =>
        (since === undefined || instantOf(line.time) >= since) && (until === undefined || instantOf(line.time) <= until)
      const select = (lines: ReadonlyArray<string>) =>
        lines.map(parse).filter((line) => line !== undefined && wanted(line)) as ReadonlyArray<LogLine>
      const [current = ""] = filesOf(directory).slice(-1)
      const reader = yield* Effect.acquireRelease(
        Effect.sync(() => openReader(current)),
        (open) => Effect.sync(open.close)
      )
      const past = yield* Effect.try({
        try: () => {
          const older = filesOf(directory)
            .slice(0, -1)
            .flatMap((path) => {
              const each = openReader(path)
              const lines = each.next()
              each.close()
              return lines
            })
          const all = select([...older, ...reader.next()])
          return tail === "all" ? all : tail === 0 ? [] : all.slice(-tail)
        },
        catch: failed
      })
      const before = Stream.fromIterable(past)
      if (!follow) return before
      const bell = yield* Queue.sliding<"changed" | "ended">(2)
      yield* Effect.acquireRelease(
        Effect.sync(() => watch(directory, () => void Queue.unsafeOffer(bell, "changed"))),
        (watcher) => Effect.sync(() => watcher.close())
      )
      yield* Effect.forkScoped(Effect.zipRight(Effect.ignore(runtime.wait(id)), Queue.offer(bell, "ended")))
      // Lines written between the first read and the watch ring no bell of their own.
      yield* Queue.offer(bell, "changed")
      const later = Stream.fromQueue(bell).pipe(
        Stream.takeUntil((word) => word === "ended"),
        Stream.mapEffect(() => Effect.try({ try: () => select(reader.next()), catch: failed })),
        Stream.flattenIterables
      )
      return Stream.concat(before, later)
    })
  )
