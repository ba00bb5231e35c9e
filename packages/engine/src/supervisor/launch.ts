import { constants } from "node:os"
import { F_DUPFD_CLOEXEC, O_CLOEXEC, O_RDONLY } from "@gantry/linux/constants"
import { loadSyscalls } from "@gantry/linux/load"
import { setWindowSize, type WindowSize } from "@gantry/linux/pty"
import { failedWith } from "@gantry/linux/SyscallError"
import type { Syscalls } from "@gantry/linux/Syscalls"
import type { Wiring } from "@gantry/core/network/Wiring"
import type { ExitStatus } from "@gantry/core/runtime/ContainerState"
import type { LaunchPlan } from "@gantry/core/runtime/Launcher"
import type { Output } from "@gantry/core/runtime/Runtime"
import { openSink, openSource, type Sink, type Source } from "./channel.ts"
import type { Group } from "./group.ts"
import type { Directing } from "./direct.ts"
import { follow } from "./follow.ts"
import { type HandshakeSteps, type LaunchFailure, shakeHands } from "./handshake.ts"
import { type End, type LaunchBeginning, type OpenedLaunch, openLaunch, type SpeakingChild } from "./open-launch.ts"
import { openTerminal, takeTerminal } from "./terminal.ts"
import { connect } from "./wiring.ts"

/** Everything about starting one process in a container that the plan does not say. */
export interface LaunchRequest {
  readonly plan: LaunchPlan
  /** A terminal in place of pipes. */
  readonly terminal?: { readonly size?: WindowSize }
  /** Standard input reads end of file at once unless this is set. */
  readonly stdin: boolean
  readonly inherit?: LaunchBeginning["inherit"]
  readonly wiring: ReadonlyArray<Wiring>
  /** The links are there and the command does not run yet. */
  readonly onConnected?: ((pid: number) => void) | undefined
  /** Puts the process into its control group, before its command runs. */
  readonly group?: Group | undefined
  /** Gets the output as it comes; the next piece is read when it resolves. */
  readonly onOutput: (output: Output) => void | Promise<void>
}

/** A process that runs its command. */
export interface Launched {
  readonly type: "started"
  /** As this process' view of /proc numbers it. */
  readonly pid: number
  /** Resolves after the process has ended and its output was delivered. */
  readonly ended: Promise<ExitStatus>
  readonly write: (bytes: Uint8Array) => Promise<void>
  readonly closeInput: () => void
  readonly resize: (size: WindowSize) => void
  /** By number. Nothing happens when the process has ended. */
  readonly signal: (signal: number) => void
}

/** How long output is waited for when the process has ended and something else holds its end open, in milliseconds. */
const lateOutput = 500

/** Bytes that are read of what a process has left behind while nobody takes them: more than its pipes hold. */
const mostLeft = 4 << 20

/** The command's own code, or 128 and the number of its signal. */
export const exitCode = ({ code, signal }: End): number =>
  code ?? (signal === null ? 125 : 128 + (constants.signals[signal] ?? 0))

/**
 * Starts a process in a container and waits until its command runs. A failure is a value, and nothing of the process
 * is left then. A process that was started ahead is taken when it fits, and ended when it does not. With `directing` it is
 * put together from here, if its plan can be carried out so.
 */
export const launch = async (
  request: LaunchRequest,
  ahead?: OpenedLaunch,
  directing?: Directing
): Promise<Launched | LaunchFailure> => {
  const sys = await loadSyscalls()
  const { plan } = request
  const beginning = {
    plan,
    terminal: request.terminal !== undefined,
    stdin: request.stdin,
    ...(request.inherit === undefined ? {} : { inherit: request.inherit })
  }
  const fits = ahead?.fits(beginning) === true
  if (!fits) ahead?.discard()
  const open = (): OpenedLaunch =>
    directing === undefined || plan.directed === undefined
      ? openLaunch(sys, beginning)
      : directing.open(sys, beginning, plan.directed)
  const opened = ahead !== undefined && fits ? ahead : open()
  const { end, streams } = opened
  const ours = [streams.stdin, streams.stdout, streams.stderr].filter((fd) => fd !== undefined)
  let mounts: number | undefined
  const steps: HandshakeSteps = {
    // Meanwhile the child loads its program.
    begun: () => request.group?.prepare(),
    ready: (pid, placed) => {
      if (!placed) request.group?.add(pid)
      connect(sys, pid, request.wiring)
      // Taking them all down takes milliseconds, which nobody has to wait for who waits for the end of the command.
      if (plan.directed?.tied === true) mounts = sys.open(`/proc/${pid}/ns/mnt`, O_RDONLY | O_CLOEXEC)
      request.onConnected?.(pid)
    },
    terminal: (pid, held) => {
      const size = request.terminal?.size
      const { fd, number } = held === undefined ? openTerminal(sys, pid, size) : takeTerminal(sys, held, size)
      ours.push(fd)
      return number
    }
  }
  const { child } = opened
  const conversation = () => {
    if (child.type === "speaks") return speak(child, plan, steps)
    if (child.type === "followed") return follow(child, steps)
    return directing?.direct(child, plan, steps) ?? Promise.reject(new Error("nobody here directs processes"))
  }
  const outcome = await Promise.race([opened.unmade, conversation()])
  opened.release()
  if (outcome.type === "started") {
    const terminal = request.terminal === undefined ? undefined : ours.at(-1)
    return attach(sys, request, { pid: outcome.pid, end, mounts, streams, terminal })
  }
  await opened.letGo()
  for (const fd of [...ours, ...(mounts === undefined ? [] : [mounts])]) sys.close(fd)
  await request.group?.remove()
  return outcome
}

/** The conversation with a child that has a program of its own. One that could not be made says nothing. */
const speak = async (
  { releaseWitness, socket, witness }: SpeakingChild,
  plan: LaunchPlan,
  steps: HandshakeSteps
): Promise<{ readonly type: "started"; readonly pid: number } | LaunchFailure> => {
  const source = await openSource(witness, "pipe")
  if (socket === undefined) return new Promise(() => source.cancel())
  const outcome = await shakeHands({ socket, witness: source, release: releaseWitness }, plan, steps)
  source.cancel()
  socket.destroy()
  return outcome
}

/** A process whose command runs, before anything is read from it. */
interface Running {
  readonly pid: number
  readonly end: Promise<End>
  readonly streams: OpenedLaunch["streams"]
  readonly terminal: number | undefined
  /** Its mount namespace; this process lets go of it once the end is told. */
  readonly mounts: number | undefined
}

const attach = async (sys: Syscalls, request: LaunchRequest, running: Running): Promise<Launched> => {
  const { end, mounts, pid, streams, terminal } = running
  const sources: Array<Source> = []
  const reading: Array<Promise<void>> = []
  const read = async (fd: number | undefined, stream: Output["stream"]): Promise<void> => {
    if (fd === undefined) return
    const source = await openSource(fd, terminal === undefined ? "pipe" : "terminal")
    sources.push(source)
    reading.push(deliver(source, (bytes) => request.onOutput({ stream, bytes }), end))
  }
  const sink = await openInput(sys, running)
  await read(terminal ?? streams.stdout, "stdout")
  await read(streams.stderr, "stderr")

  let live = true
  const ended = end.then(async (how) => {
    live = false
    sink?.end()
    // Whatever stayed behind in the group goes with it, and lets go of the streams.
    request.group?.kill()
    const late = setTimeout(() => sources.forEach(({ cancel }) => cancel()), lateOutput)
    await Promise.all(reading)
    clearTimeout(late)
    const oomKilled = request.group?.oomKilled() ?? false
    await request.group?.remove()
    if (mounts !== undefined) setImmediate(() => sys.close(mounts))
    return { code: exitCode(how), oomKilled }
  })
  return {
    type: "started",
    pid,
    ended,
    write: (bytes) => sink?.write(bytes) ?? Promise.resolve(),
    closeInput: () => {
      if (terminal === undefined) sink?.end()
      // A terminal has no end of file; the key for it is what people type.
      else void sink?.write(Uint8Array.of(4))
    },
    resize: (size) => {
      if (live && terminal !== undefined) setWindowSize(sys, terminal, size)
    },
    signal: (signal) => {
      if (live) sendSignal(sys, pid, signal)
    }
  }
}

/** The writing side of standard input. A terminal is one descriptor for both directions, and each side closes its own. */
const openInput = (sys: Syscalls, { streams, terminal }: Running): Promise<Sink> | undefined => {
  if (terminal !== undefined) return openSink(sys.fcntl(terminal, F_DUPFD_CLOEXEC, 3), "terminal")
  return streams.stdin === undefined ? undefined : openSink(streams.stdin, "pipe")
}

/** Hands on what is read. Nobody who takes nothing keeps a process from having ended: from then on it is not waited for. */
const deliver = async (
  source: Source,
  take: (bytes: Uint8Array) => void | Promise<void>,
  end: Promise<unknown>
): Promise<void> => {
  let left = mostLeft
  let ended = false
  let goOn: (() => void) | undefined
  void end.then(() => {
    ended = true
    goOn?.()
  })
  for await (const bytes of source.chunks) {
    const taken = take(bytes)
    if (ended) left -= bytes.length
    else if (taken !== undefined) {
      await new Promise<void>((resolve, reject) => {
        goOn = resolve
        taken.then(resolve, reject)
      })
    }
    if (left < 0) return
  }
}

const sendSignal = (sys: Syscalls, pid: number, signal: number): void => {
  try {
    sys.kill(pid, signal)
  } catch (error) {
    if (!failedWith(error, "ESRCH")) throw error
  }
}
