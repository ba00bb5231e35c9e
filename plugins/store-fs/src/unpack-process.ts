import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import {
  LayerMalformed,
  LayerTooLarge,
  StorageFailure,
  storageFailure,
  reasonOf,
  UnsafePath
} from "@gantry/core/store/StoreError"
import { idleProcesses } from "./idle-processes.ts"
import { type StartedProcess, startProcess } from "./job-process.ts"
import { headOf, type Job, jobBytes } from "./unpack/job.ts"
import type { Outcome } from "./unpack/Outcome.ts"

/** An unpacking process, and what it has said so far. */
interface Worker extends StartedProcess {
  /** Its next answer: a line of its output. Rejects when it ends without one. */
  readonly answer: () => Promise<string>
}

const start = (command: ReadonlyArray<string>): Worker => {
  const worker = startProcess(
    command,
    3,
    (ending, complaint) => `the unpacking process ended with ${ending}: ${complaint}`
  )
  let out = ""
  worker.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text
    worker.tell()
  })
  return {
    ...worker,
    answer: async () => {
      for (;;) {
        const end = out.indexOf("\n")
        if (end >= 0) {
          const line = out.slice(0, end)
          out = out.slice(end + 1)
          return line
        }
        await worker.news()
      }
    }
  }
}

/** Hands over pieces in one go; resumes when there is room for the next, with whether it is wanted. */
const feed = ({ stdin }: Worker, ...pieces: ReadonlyArray<Uint8Array>): Effect.Effect<boolean> =>
  Effect.async((resume) => {
    if (stdin.destroyed || !stdin.writable) return resume(Effect.succeed(false))
    let room = true
    for (const piece of pieces) room = stdin.write(piece)
    if (room) return resume(Effect.succeed(true))
    const leave = (): void => {
      stdin.off("drain", drained)
      stdin.off("close", closed)
    }
    const drained = (): void => {
      leave()
      resume(Effect.succeed(true))
    }
    const closed = (): void => {
      leave()
      resume(Effect.succeed(false))
    }
    stdin.on("drain", drained)
    stdin.on("close", closed)
    return Effect.sync(leave)
  })

/** Ends a stream that nobody reads any more. */
const enough: unique symbol = Symbol("enough")

/** Unpacks archives in processes of their own. */
export interface UnpackProcesses {
  /**
   * Sends an archive to a process and returns what it says. What it does not want any more, because it has ended, is not
   * asked for. `subject`: what is unpacked, for messages.
   */
  readonly unpack: <E>(
    job: Job,
    archive: Stream.Stream<Uint8Array, E>,
    subject: string
  ) => Effect.Effect<Outcome, E | StorageFailure>
  /**
   * The same of a job with a file. `arrive` tells the function that it is given how many bytes more of the file can be
   * read, and ends when all can. It is interrupted when the process wants no more.
   */
  readonly unpackFile: <E>(
    job: Job,
    arrive: (onBytes: (count: number) => void) => Effect.Effect<void, E>,
    subject: string
  ) => Effect.Effect<Outcome, E | StorageFailure>
}

/** Bytes of a file that are worth waking a process for. */
const enoughToTell = 256 * 1024

/**
 * A process that did its job well gets the next one.
 *
 * `command`: how a process is started.
 */
export const unpackProcesses = (command: ReadonlyArray<string>): UnpackProcesses => {
  const workers = idleProcesses(() => start(command))

  /** Gives a job to a process, which gets the next one when it did this one well. */
  const perform = <E>(
    subject: string,
    use: (worker: Worker, answer: Effect.Effect<Outcome, StorageFailure>) => Effect.Effect<Outcome, E | StorageFailure>
  ): Effect.Effect<Outcome, E | StorageFailure> => {
    const failed = storageFailure("prepare", subject)
    return Effect.acquireUseRelease(
      Effect.try({ try: workers.acquire, catch: failed }),
      (worker) =>
        use(
          worker,
          Effect.tryPromise({ try: async () => JSON.parse(await worker.answer()) as Outcome, catch: failed })
        ),
      (worker, exit) => workers.release(worker, Exit.isSuccess(exit) && exit.value.type === "done")
    )
  }

  return {
    unpack: (job, archive, subject) =>
      perform(subject, (worker, answer) =>
        Effect.gen(function* () {
          const told = yield* feed(worker, jobBytes(job))
          // Not runForEachWhile: effect 3.22 keeps every piece that went through it.
          const send = (piece: Uint8Array): Effect.Effect<void, typeof enough> =>
            piece.length === 0
              ? Effect.void
              : Effect.flatMap(feed(worker, headOf(piece.length), piece), (wanted) =>
                  wanted ? Effect.void : Effect.fail(enough)
                )
          if (told) {
            yield* Stream.runForEach(archive, send).pipe(
              Effect.catchAll((failure) => (failure === enough ? Effect.void : Effect.fail(failure)))
            )
            yield* feed(worker, headOf(0))
          }
          return yield* answer
        })
      ),
    unpackFile: (job, arrive, subject) =>
      perform(subject, (worker, answer) =>
        Effect.gen(function* () {
          yield* feed(worker, jobBytes(job))
          let untold = 0
          const tell = (): void => {
            if (untold > 0) worker.stdin.write(headOf(untold))
            untold = 0
          }
          const arrived = arrive((count) => {
            untold += count
            if (untold >= enoughToTell) tell()
          }).pipe(Effect.zipRight(Effect.sync(tell)), Effect.zipRight(feed(worker, headOf(0))))
          // It may want no more: then what it says comes first.
          return yield* Effect.raceFirst(answer, Effect.zipRight(arrived, Effect.never))
        })
      )
  }
}

/** Why an archive could not be unpacked. `subject`: what was. */
export const failureOf = (
  subject: string,
  outcome: Exclude<Outcome, { readonly type: "done" }>
): LayerMalformed | LayerTooLarge | StorageFailure | UnsafePath => {
  switch (outcome.type) {
    case "unsafe":
      return new UnsafePath({ path: outcome.path, why: outcome.why })
    case "malformed":
      return new LayerMalformed({ layer: subject, why: outcome.why, at: outcome.at })
    case "too-large":
      return new LayerTooLarge({ layer: subject, unit: outcome.unit, limit: outcome.limit })
    case "failed": {
      const cause = new Error(outcome.path === "" ? outcome.why : `${outcome.path}: ${outcome.why}`)
      return new StorageFailure({ operation: "prepare", subject, reason: reasonOf(outcome.code), cause })
    }
    default:
      return outcome satisfies never
  }
}
