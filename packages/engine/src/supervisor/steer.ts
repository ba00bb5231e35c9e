import type { Directed, LaunchControl, LaunchPlan } from "@gantry/core/runtime/Launcher"
import { O_CLOEXEC, SIGHUP, SIGINT, SIGTERM } from "@gantry/linux/constants"
import { jsonLines } from "@gantry/linux/container/control"
import { openStub } from "@gantry/linux/container/stub/open-stub"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { failedWith } from "@gantry/linux/SyscallError"
import type { Directing } from "./direct.ts"
import type { FollowedMessage } from "./follow.ts"
import type { LaunchBeginning } from "./open-launch.ts"
import { beginning } from "./protocol.ts"

/**
 * The starter's side of a process that is the supervisor's child and that the starter puts together: a supervisor that
 * did so would keep what it takes in memory for ever, and a program of gantry's own in the container would have to be
 * loaded for each start.
 */
export interface Steering {
  /** What the supervisor gets as descriptors from 3 on; see `follow.ts`. */
  readonly theirs: ReadonlyArray<number>
  /** The supervisor has them. */
  readonly started: () => void
  /** Whether a launch can be steered that was begun so. */
  readonly fits: (beginning: LaunchBeginning) => boolean
  /**
   * Tells the supervisor that its job is written, in the place of its own line: that one is a stream's, which may write only
   * when this process has nothing else to do.
   */
  readonly begin: () => void
  /**
   * Puts the process together, and tells the supervisor what came of it. Never fails: whoever started the container hears
   * from the supervisor. Nothing else happens in this process meanwhile, which takes some milliseconds; a signal that it
   * has a handler for ends that, and the start.
   */
  readonly steer: (plan: LaunchPlan, directing: Directing) => Promise<void>
  /** Lets go of the process, which ends unless it runs its command. A second call does nothing. */
  readonly close: () => void
}

/** Signals that end a program, and what it waits for with it: a share that is gone may keep a mount waiting for ever. */
const endings = [SIGHUP, SIGINT, SIGTERM]

/** A failure and the running of the command are told by the outcome. */
const silent: Pick<LaunchControl, "begun" | "refuse"> = { begun: () => undefined, refuse: () => undefined }

/** What has to be the same for a process that was begun already to be of use. */
const shown = ({ plan, stdin, terminal }: LaunchBeginning): string => JSON.stringify([plan.directed, stdin, terminal])

/**
 * Makes the lines to a process that there will be, and has it make its namespaces as soon as there is. Undefined for a
 * launch that takes more than that.
 */
export const openSteering = (sys: Syscalls, likely: LaunchBeginning): Steering | undefined => {
  const { directed } = likely.plan
  if (directed === undefined || directed.enters.length > 0 || directed.rehearses || directed.users !== undefined)
    return undefined
  return steeringOf(sys, likely, directed)
}

const steeringOf = (sys: Syscalls, likely: LaunchBeginning, directed: Directed): Steering => {
  const stub = openStub(sys, directed, { interruptible: true })
  const [heard, said] = sys.pipe2(O_CLOEXEC)
  const [answers, answered] = sys.pipe2(O_CLOEXEC)
  const ours = [said, answers]
  const theirs = [...stub.theirs, stub.program, heard, answered]
  // Read as soon as somebody is there who can.
  stub.begin()

  const { receive, send } = jsonLines(sys, said, (into) => sys.readOnce(answers, into))
  const close = () => {
    stub.close()
    for (const fd of ours.splice(0)) sys.close(fd)
  }

  return {
    theirs,
    started: () => {
      stub.started()
      for (const fd of [heard, answered]) sys.close(fd)
    },
    begin: () => void sys.write(said, Uint8Array.of(beginning)),
    fits: (other) => shown(other) === shown(likely),
    steer: async (plan, directing) => {
      for (const signal of endings) sys.interrupts(signal, true)
      try {
        // Whoever has written the configuration need not be told it.
        const known = [plan.config]
        const control = { ...silent, send, receive: () => (known.length > 0 ? known.shift() : receive()) }
        send((await directing.put({ type: "directed", begun: stub.begun }, plan, control)) satisfies FollowedMessage)
      } catch (error) {
        // The supervisor has gone, or never listened: it has said why, or its end tells.
        if (!failedWith(error, "EPIPE")) throw error
      } finally {
        for (const signal of endings) sys.interrupts(signal, false)
        close()
      }
    },
    close
  }
}
