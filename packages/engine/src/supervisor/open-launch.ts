import { type ChildProcess, spawn } from "node:child_process"
import type { Socket } from "node:net"
import type { UsualLaunch } from "@gantry/core/runtime/Launcher"
import type { RemoteKernel } from "@gantry/linux/container/stub/remote-kernel"
import type { Syscalls } from "@gantry/linux/Syscalls"
import type { FollowedChild } from "./follow.ts"
import { guardProgram } from "./guard-program.ts"
import type { LaunchFailure } from "./handshake.ts"
import { makePipe } from "./pipe.ts"

/** What of a launch has to be known before its process can be made. */
export interface LaunchBeginning {
  readonly plan: UsualLaunch
  /** A terminal in place of pipes. */
  readonly terminal: boolean
  /** Standard input reads end of file at once unless this is set. */
  readonly stdin: boolean
  /** Descriptors of the caller that become the standard streams; nothing is read or written here then. */
  readonly inherit?: readonly [stdin: number | "ignore", stdout: number | "ignore", stderr: number | "ignore"]
}

/** What a supervisor makes ahead. `steered`: its starter puts it together, by what it hands over. */
export interface LikelyBeginning extends LaunchBeginning {
  readonly steered: boolean
}

/** The variable that tells a supervisor of its {@link LikelyBeginning}, as JSON. */
export const likelyBeginning = "GANTRY_LIKELY_BEGINNING"

/** A child that has ended, and how. */
export interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** How a process is talked to that has a program of its own. */
export interface SpeakingChild {
  readonly type: "speaks"
  /** What it talks through; undefined when it could not be made. */
  readonly socket: Socket | undefined
  /** The reading end of the pipe that tells when the command runs; the caller's to close. */
  readonly witness: number
  /** Lets go of this process' writing end of the witness. A second call does nothing. */
  readonly releaseWitness: () => void
}

/** How a process is had to do things that makes system calls and nothing else. */
export interface DirectedChild {
  readonly type: "directed"
  /** Waits until its namespaces are there; throws why they cannot be. */
  readonly begun: () => RemoteKernel
}

/** A process that waits to be told what it is to become. */
export interface OpenedLaunch {
  /** Whether it was begun just so. */
  readonly fits: (beginning: LaunchBeginning) => boolean
  /** Its end, when it comes. */
  readonly end: Promise<End>
  /** Resolves when the operating system refuses to make the process, and never otherwise. */
  readonly unmade: Promise<LaunchFailure>
  /** Our sides of its standard streams, which are the caller's to close. */
  readonly streams: { readonly stdin?: number; readonly stdout?: number; readonly stderr?: number }
  readonly child: DirectedChild | FollowedChild | SpeakingChild
  /** Lets go of everything else that was held for the start. */
  readonly release: () => void
  /**
   * Lets go of what it talks through, which ends it, and resolves when it has ended; it is killed when it takes long.
   * Killed at once, the programs that wait for others would leave those to the host's first process: should that not
   * care, as in many containers, the process namespace that they are in never ends.
   */
  readonly letGo: () => Promise<void>
  readonly kill: () => void
  /** Lets go of all that belongs to it, when nothing is to become of it. */
  readonly discard: () => void
}

/** How long a process that is let go of may take to end before it is killed, in milliseconds. */
const mostEnding = 1000

/** Both sides of the standard streams. */
export interface Streams {
  /** What the child gets as 0, 1 and 2. */
  readonly theirs: ReadonlyArray<number | "ignore">
  /** What this process holds only until the child has it. */
  readonly toClose: ReadonlyArray<number>
  readonly ours: OpenedLaunch["streams"]
}

/** Makes the standard streams of a child. */
export const openStreams = (sys: Syscalls, { inherit, stdin, terminal }: LaunchBeginning): Streams => {
  if (inherit !== undefined) return { theirs: inherit, toClose: [], ours: {} }
  // The terminal takes their place later, from inside the container.
  if (terminal) return { theirs: ["ignore", "ignore", "ignore"], toClose: [], ours: {} }
  const stdout = makePipe(sys, "read")
  const stderr = makePipe(sys, "read")
  const output = { stdout: stdout.read, stderr: stderr.read }
  const theirs = [stdout.write, stderr.write]
  if (!stdin) return { theirs: ["ignore", ...theirs], toClose: theirs, ours: output }
  const input = makePipe(sys, "write")
  return { theirs: [input.read, ...theirs], toClose: [input.read, ...theirs], ours: { stdin: input.write, ...output } }
}

const ending = (child: ChildProcess): Promise<End> =>
  new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }))
    child.once("error", () => resolve({ code: 125, signal: null }))
  })

const notMade = (child: ChildProcess): Promise<LaunchFailure> =>
  new Promise((resolve) => {
    child.once("error", (error) => resolve({ type: "failed", status: 125, stage: "start", why: error.message }))
  })

/** What every opened launch has in common. */
export const opened = (
  sys: Syscalls,
  beginning: LaunchBeginning,
  {
    child,
    close,
    how,
    release,
    streams
  }: {
    readonly child: ChildProcess
    readonly streams: Streams
    readonly how: OpenedLaunch["child"]
    readonly release: () => void
    /** Lets go of what the process is talked to through. */
    readonly close: () => void
  }
): OpenedLaunch => {
  const end = ending(child)
  const unmade = notMade(child)
  for (const fd of streams.toClose) sys.close(fd)
  const kill = () => void child.kill("SIGKILL")
  const letGo = async () => {
    close()
    const late = setTimeout(kill, mostEnding)
    late.unref()
    await end
    clearTimeout(late)
  }
  const begun = shown(beginning)
  return {
    fits: (other) => shown(other) === begun,
    end,
    unmade,
    streams: streams.ours,
    child: how,
    release,
    kill,
    letGo,
    discard: () => {
      release()
      void letGo()
      const witness = how.type === "speaks" ? [how.witness] : []
      for (const fd of [...witness, ...Object.values(streams.ours)]) sys.close(fd)
    }
  }
}

/** Makes the process of a launch and the lines to it. What it is to become is told by `launch`. */
export const openLaunch = (sys: Syscalls, beginning: LaunchBeginning): OpenedLaunch => {
  const { plan } = beginning
  const streams = openStreams(sys, beginning)
  const pipe = makePipe(sys, "read")
  const guarded = guardProgram(sys, plan)
  const [first = "", ...rest] = guarded.argv
  const child = spawn(first, rest, { env: plan.env, cwd: "/", stdio: [...streams.theirs, "pipe", pipe.read] })
  // Not every runtime makes streams for a child that could not be made.
  const socket = (child.stdio[3] ?? undefined) as Socket | undefined
  const releaseWitness = once(() => sys.close(pipe.write))
  return opened(sys, beginning, {
    child,
    streams,
    how: { type: "speaks", socket, witness: pipe.read, releaseWitness },
    release: once(() => {
      guarded.release()
      releaseWitness()
    }),
    close: () => {
      socket?.on("error", () => undefined)
      socket?.destroy()
    }
  })
}

/** All of a beginning, and nothing of what its plan may have beside. */
const shown = ({ inherit, plan, stdin, terminal }: LaunchBeginning): string => {
  const { argv, env, program } = plan
  return JSON.stringify([argv, env, program, terminal, stdin, inherit])
}

/** A function that does its work at the first call only. */
const once = (work: () => void): (() => void) => {
  let done = false
  return () => {
    if (!done) work()
    done = true
  }
}
