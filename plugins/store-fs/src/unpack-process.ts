import { type ChildProcess, spawn } from "node:child_process"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import {
  LayerMalformed,
  LayerTooLarge,
  StorageFailure,
  storageFailure,
  reasonOf,
  UnsafePath
} from "@gantry/core/store/StoreError"
import type { Outcome } from "./unpack/Outcome.ts"

/** The unpacking process, and what it has said so far. */
interface Worker {
  readonly child: ChildProcess
  /** All of its output, once it has ended. */
  readonly said: Promise<string>
  ended: boolean
}

const start = (command: ReadonlyArray<string>): Worker => {
  const [program = "", ...args] = command
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] })
  let out = ""
  let complaint = ""
  // It may end before it has read all; what it said explains why.
  child.stdin.on("error", () => {})
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint = (complaint + text).slice(-2000)))
  const said = new Promise<string>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (status, signal) => {
      worker.ended = true
      if (out.endsWith("\n")) resolve(out)
      else reject(new Error(`the unpacking process ended with ${signal ?? status}: ${complaint.trim()}`))
    })
  })
  said.catch(() => {})
  const worker: Worker = { child, said, ended: false }
  return worker
}

/** Hands over one piece; resumes when there is room for the next, with whether it is wanted. */
const feed = ({ child }: Worker, piece: Uint8Array): Effect.Effect<boolean> =>
  Effect.async((resume) => {
    const { stdin } = child
    if (stdin === null || stdin.destroyed || !stdin.writable) return resume(Effect.succeed(false))
    if (stdin.write(piece)) return resume(Effect.succeed(true))
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

const stop = (worker: Worker): Effect.Effect<void> =>
  Effect.promise(async () => {
    if (!worker.ended) worker.child.kill("SIGKILL")
    await worker.said.catch(() => {})
  })

/**
 * Sends an archive to an unpacking process of its own and returns what it says. What it does not want any more, because
 * it has ended, is not asked for. `subject`: what is unpacked, for messages.
 */
export const unpackInProcess = <E>(
  command: ReadonlyArray<string>,
  archive: Stream.Stream<Uint8Array, E>,
  subject: string
): Effect.Effect<Outcome, E | StorageFailure> =>
  Effect.acquireUseRelease(
    Effect.try({ try: () => start(command), catch: storageFailure("prepare", subject) }),
    (worker) =>
      Effect.gen(function* () {
        // Not runForEachWhile: effect 3.22 keeps every piece that went through it.
        yield* Stream.runForEach(archive, (piece) =>
          Effect.flatMap(feed(worker, piece), (wanted) => (wanted ? Effect.void : Effect.fail(enough)))
        ).pipe(Effect.catchAll((failure) => (failure === enough ? Effect.void : Effect.fail(failure))))
        worker.child.stdin?.end()
        return yield* Effect.tryPromise({
          try: async () => JSON.parse(await worker.said) as Outcome,
          catch: storageFailure("prepare", subject)
        })
      }),
    stop
  )

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
