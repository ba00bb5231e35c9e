import { type ChildProcess, spawn } from "node:child_process"
import type { Readable, Writable } from "node:stream"

/** A process that does one job after another, and the news of it. */
export interface JobProcess {
  readonly child: ChildProcess
  /** Settles when nothing of it is left. */
  readonly closed: Promise<void>
  readonly hasEnded: () => boolean
  /** Waits until something is told. Rejects with why it ended when it has. */
  readonly news: () => Promise<void>
  /** Tells whoever waits for news. */
  readonly tell: () => void
}

/** Streams of such a process, and the process. */
export interface StartedProcess extends JobProcess {
  readonly stdin: Writable
  readonly stdout: Readable
  /** Those behind standard error. */
  readonly more: ReadonlyArray<Readable>
}

/**
 * Starts one. `pipes`: how many of its first descriptors are pipes, three at least. `why`: the message of its end, of its
 * status or signal and the last of what it complained about.
 */
export const startProcess = (
  command: ReadonlyArray<string>,
  pipes: number,
  why: (ending: string, complaint: string) => string
): StartedProcess => {
  const [program = "", ...args] = command
  const child = spawn(program, args, { stdio: Array.from({ length: pipes }, () => "pipe" as const) })
  let complaint = ""
  let failure: Error | undefined
  let tell = (): void => {}
  const stopped = (cause: Error): void => {
    failure ??= cause
    tell()
  }
  const closed = new Promise<void>((resolve) => {
    child.on("error", (cause) => {
      stopped(cause)
      resolve()
    })
    child.on("close", (status, signal) => {
      stopped(new Error(why(String(signal ?? status), complaint.trim())))
      resolve()
    })
  })
  const { stderr, stdin, stdout } = child
  if (stdin === null || stdout === null || stderr === null) throw new Error(`${program} has no streams`)
  // It may end before it has read all; what it said explains why.
  stdin.on("error", () => {})
  stderr.setEncoding("utf8").on("data", (text: string) => (complaint = (complaint + text).slice(-2000)))
  return {
    child,
    stdin,
    stdout,
    // All that follow are read from here.
    more: child.stdio.slice(3) as ReadonlyArray<Readable>,
    closed,
    hasEnded: () => failure !== undefined,
    tell: () => tell(),
    news: () => (failure === undefined ? new Promise<void>((resolve) => (tell = resolve)) : Promise.reject(failure))
  }
}
