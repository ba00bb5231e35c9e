import { closeSync, existsSync, fstatSync, openSync, readSync, statSync, watch } from "node:fs"
import { isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { bytesOf, type LogRecord } from "../supervisor/log.ts"
import { directoryOf } from "./directory-of.ts"

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
  readonly past: ReadonlyArray<LogLine>
  /** Can be read once, while the scope is open. */
  readonly later: Stream.Stream<LogLine, StorageFailure>
}

interface LogFile {
  readonly path: string
  readonly inode: bigint
}

/** Pause between looks whether a container was started again, in milliseconds. */
const restartPace = 100

/** Files of a container's log, the oldest first. */
const filesOf = (directory: string): ReadonlyArray<LogFile> => {
  const found: Array<LogFile> = []
  for (let number = 0; ; number++) {
    const path = `${directory}/log.json${number === 0 ? "" : `.${number}`}`
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
    // The newest one is missing for a moment while a new file is begun.
    if (stat === undefined && number > 0) return found
    if (stat !== undefined) found.unshift({ path, inode: stat.ino })
  }
}

/** Reads whole lines from where it stopped last, from the oldest file on, also when new files were begun meanwhile. */
const openReader = (directory: string) => {
  const buffer = Buffer.allocUnsafe(1 << 16)
  let open: { readonly fd: number; readonly inode: bigint } | undefined
  let position = 0
  let rest = ""
  let decoder = new TextDecoder()
  const rewind = (): void => {
    position = 0
    // What has no end here never gets one.
    rest = ""
    decoder = new TextDecoder()
  }
  const drain = (lines: Array<string>): void => {
    if (open === undefined) return
    // A log of one file only is emptied in its place.
    if (fstatSync(open.fd).size < position) rewind()
    for (;;) {
      const size = readSync(open.fd, buffer, 0, buffer.length, position)
      if (size === 0) return
      position += size
      const parts = (rest + decoder.decode(buffer.subarray(0, size), { stream: true })).split("\n")
      rest = parts.pop() ?? ""
      lines.push(...parts)
    }
  }
  /** Goes to the file that was begun after this one; false when there is none. A file that is gone is passed over. */
  const advance = (lines: Array<string>): boolean => {
    for (;;) {
      const files = filesOf(directory)
      const next = files[open === undefined ? 0 : files.findIndex(({ inode }) => inode === open?.inode) + 1]
      if (next === undefined) return false
      const fd = openIfThere(next.path)
      // Renamed between the look and the opening: another look tells.
      if (fd === undefined) continue
      if (fstatSync(fd, { bigint: true }).ino !== next.inode) {
        closeSync(fd)
        continue
      }
      // What was written between the last read and the begin of the new file is still in the old one.
      drain(lines)
      if (open !== undefined) closeSync(open.fd)
      open = { fd, inode: next.inode }
      rewind()
      return true
    }
  }
  return {
    next: (): ReadonlyArray<string> => {
      const lines: Array<string> = []
      do drain(lines)
      while (advance(lines))
      return lines
    },
    close: (): void => {
      if (open !== undefined) closeSync(open.fd)
    }
  }
}

const openIfThere = (path: string): number | undefined => {
  try {
    return openSync(path, "r")
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined
    throw cause
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
export const instantOf = (time: string): bigint => {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? ""
  return BigInt(Math.floor(Date.parse(time) / 1000)) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0").slice(0, 9))
}

/** What a container wrote, in order; with `follow`, until it stops. */
export const logs = (id: string, query: LogQuery): Stream.Stream<LogLine, StorageFailure, Runtime | Settings> =>
  Stream.unwrapScoped(
    Effect.map(openLogs(id, query), ({ later, past }) => Stream.concat(Stream.fromIterable(past), later))
  )

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
      Effect.sync(() => openReader(directory)),
      (open) => Effect.sync(open.close)
    )
    const past = yield* Effect.try({
      try: () => {
        const all = select(reader.next())
        return tail === "all" ? all : tail === 0 ? [] : all.slice(-tail)
      },
      catch: failed
    })
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
