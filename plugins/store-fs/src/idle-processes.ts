import * as Effect from "effect/Effect"
import type { JobProcess } from "./job-process.ts"

/** Processes that wait for their next job: images have many small layers, and starting costs more than they do. */
export interface IdleProcesses<P extends JobProcess> {
  /** One that waits, or else a new one; the program waits for it to end. Throws what starting throws. */
  readonly acquire: () => P
  /** `again`: it may get another job. It ends with this program then, and does not keep it alive. */
  readonly release: (process: P, again: boolean) => Effect.Effect<void>
}

/** Idle processes that are kept: as many as layers are usually worked on side by side. */
const mostIdle = 4

const hold = ({ child }: JobProcess, held: boolean): void => {
  for (const each of [child, ...child.stdio]) {
    // The streams of a child are sockets, which their types do not say.
    const { ref, unref } = (each ?? {}) as Partial<Record<"ref" | "unref", () => void>>
    if (held) ref?.call(each)
    else unref?.call(each)
  }
}

const stop = (process: JobProcess): Effect.Effect<void> =>
  Effect.promise(async () => {
    if (!process.hasEnded()) process.child.kill("SIGKILL")
    await process.closed
  })

/** None waits at first. */
export const idleProcesses = <P extends JobProcess>(start: () => P): IdleProcesses<P> => {
  const idle: Array<P> = []
  return {
    acquire: () => {
      for (let process = idle.pop(); process !== undefined; process = idle.pop()) {
        if (process.hasEnded()) continue
        hold(process, true)
        return process
      }
      return start()
    },
    release: (process, again) =>
      Effect.suspend(() => {
        if (!again || process.hasEnded() || idle.length >= mostIdle) return stop(process)
        hold(process, false)
        idle.push(process)
        return Effect.void
      })
  }
}
