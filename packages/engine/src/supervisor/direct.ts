import { spawn } from "node:child_process"
import type { Directed, LaunchControl, LaunchPlan, Sequence } from "@gantry/core/runtime/Launcher"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import { openStub } from "@gantry/linux/container/stub/open-stub"
import { StageFailure, wordsOf } from "@gantry/linux/container/StageFailure"
import { makeUserNamespace } from "@gantry/linux/container/stub/user-namespace"
import type { RemoteKernel } from "@gantry/linux/container/stub/remote-kernel"
import { StubGone } from "@gantry/linux/container/stub/remote-calls"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { type HandshakeSteps, heldOf, type LaunchFailure } from "./handshake.ts"
import { type DirectedChild, type LaunchBeginning, opened, type OpenedLaunch, openStreams } from "./open-launch.ts"

/** Sequences of a launcher by name, loaded when they are needed. */
export type Sequences = () => Promise<{ readonly [name: string]: Sequence }>

/** What a process needs that puts others together itself. Supervisors do not: they would keep it in memory for ever. */
export interface Directing {
  readonly open: (sys: Syscalls, beginning: LaunchBeginning, directed: Directed) => OpenedLaunch
  readonly direct: (child: DirectedChild, plan: LaunchPlan, steps: HandshakeSteps) => Promise<LaunchFailure | Started>
  /** The same where another process does the parent's part: `control` leads there. */
  readonly put: (child: DirectedChild, plan: LaunchPlan, control: LaunchControl) => Promise<LaunchFailure | Running>
}

interface Started {
  readonly type: "started"
  readonly pid: number
}

interface Running {
  readonly type: "running"
}

/** Directs processes by the sequences of a launcher. */
export const directing = (sequences: Sequences): Directing => ({
  open: openDirected,
  direct: (child, plan, steps) => direct(child, plan, sequences, steps),
  put: (child, plan, control) => put(child, plan, sequences, control, () => undefined)
})

/** Starts the stub of a launch, and has it make its namespaces. */
export const openDirected = (sys: Syscalls, beginning: LaunchBeginning, directed: Directed): OpenedLaunch => {
  const users = userNamespaces(sys, directed.users ?? [])
  const streams = openStreams(sys, beginning)
  const stub = openStub(sys, directed, { users })
  const [, ...words] = beginning.plan.argv
  const program = `/proc/${process.pid}/fd/${stub.program}`
  const child = spawn(program, words, { env: {}, cwd: "/", stdio: [...streams.theirs, ...stub.theirs] })
  stub.started()
  if (child.pid !== undefined) stub.begin()
  return opened(sys, beginning, {
    child,
    streams,
    how: { type: "directed", begun: stub.begun },
    release: stub.close,
    close: stub.close
  })
}

const userNamespaces = (sys: Syscalls, all: ReadonlyArray<IdMaps>): ReadonlyArray<number> => {
  const made: Array<number> = []
  try {
    for (const maps of all) made.push(makeUserNamespace(sys, maps))
    return made
  } catch (error) {
    for (const fd of made) sys.close(fd)
    throw error
  }
}

/** Both sides of the conversation that other launches have over a socket are in this process. */
const direct = async (
  child: DirectedChild,
  plan: LaunchPlan,
  sequences: Sequences,
  steps: HandshakeSteps
): Promise<LaunchFailure | Started> => {
  let pid = 0
  const control = conversation(plan.config, {
    ...steps,
    ready: (number, placed) => {
      pid = number
      steps.ready(number, placed)
    }
  })
  const outcome = await put(child, plan, sequences, control, steps.begun)
  return outcome.type === "running" ? { type: "started", pid } : outcome
}

/**
 * Puts a process together until it runs its command, or says why that will never be. All of it happens in one turn:
 * whatever else this process has to do waits for some milliseconds. `meanwhile` is done while the child makes its
 * namespaces.
 */
const put = async (
  child: DirectedChild,
  plan: LaunchPlan,
  sequences: Sequences,
  control: LaunchControl,
  meanwhile: () => void
): Promise<LaunchFailure | Running> => {
  const loading = loaded(plan, sequences)
  // Told below, unless something else comes first.
  loading.catch(() => undefined)
  let ready = false
  try {
    meanwhile()
    const run = await loading
    const kernel = child.begun()
    const part = kernel.meet()
    try {
      run(kernel, {
        ...control,
        send: (message) => {
          // The parent looks for what the child has made.
          kernel.settle()
          ready = true
          control.send(message)
        }
      })
    } finally {
      part()
    }
    return { type: "running" }
  } catch (error) {
    // It runs its command, or has ended without a word: its exit status tells.
    if (error instanceof StubGone && ready) return { type: "running" }
    // Where the system has refused to make the process, somebody else is about to hear why.
    if (error instanceof StubGone) await new Promise((resolve) => setImmediate(resolve))
    const failure = error instanceof StageFailure ? error : new StageFailure("prepare container", wordsOf(error))
    return { type: "failed", status: failure.status, stage: failure.stage, why: failure.message }
  }
}

/** The sequence of a plan. What it takes is agreed on by the launcher and this file: core knows nothing of the kernel. */
const loaded = async (
  { directed }: LaunchPlan,
  sequences: Sequences
): Promise<(child: RemoteKernel, control: LaunchControl) => void> => {
  const name = directed?.sequence ?? ""
  const sequence = (await sequences())[name]
  if (sequence === undefined) throw new StageFailure("start", `nothing in this program is called ${name}`)
  return sequence as (child: RemoteKernel, control: LaunchControl) => void
}

/** The child's side, answered by the parent's steps. */
const conversation = (config: unknown, steps: Pick<HandshakeSteps, "ready" | "terminal">): LaunchControl => {
  let pid = 0
  const answers: Array<unknown> = [config]
  return {
    receive: () => answers.shift(),
    send: (message) => {
      const said = message as { readonly [name: string]: unknown }
      if (said["type"] === "ready") {
        pid = Number(said["pid"])
        steps.ready(pid, said["placed"] === true)
        answers.push({ type: "go" })
      } else if (said["type"] === "terminal") {
        answers.push({ type: "terminal", number: steps.terminal(pid, heldOf(said)) })
      }
    },
    refuse: () => undefined,
    begun: () => undefined
  }
}
