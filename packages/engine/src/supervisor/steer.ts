import type { Directed, LaunchControl, LaunchPlan } from "@gantry/core/runtime/Launcher"
import { O_CLOEXEC, SIGHUP, SIGINT, SIGTERM } from "@gantry/linux/constants"
import { openStub } from "@gantry/linux/container/stub/open-stub"
import { StageFailure } from "@gantry/linux/container/StageFailure"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { failedWith } from "@gantry/linux/SyscallError"
import { writeAll } from "@gantry/linux/write-all"
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

const newline = 0x0a

/** What has to be the same for a process that was begun already to be of use. */
const shown = ({ plan, stdin, terminal }: LaunchBeginning): string => JSON.stringify([plan.directed, stdin, terminal])

/**
 * Makes the lines to a process that there will be, and has it make its namespaces as soon as there is. Undefined for a
 * launch that takes more than that.
 */
export const openSteering = (sys: Syscalls, likely: LaunchBeginning): Steering | undefined => {
  const { directed } = likely.plan
  if (directed === undefined || directed.enters.length > 0 || directed.rehearses) return undefined
  return steeringOf(sys, likely, directed)
}

const steeringOf = (sys: Syscalls, likely: LaunchBeginning, directed: Directed): Steering => {
  const stub = openStub(sys, directed, true)
  const [heard, said] = sys.pipe2(O_CLOEXEC)
  const [answers, answered] = sys.pipe2(O_CLOEXEC)
  const ours = [said, answers]
  const theirs = [...stub.theirs, stub.program, heard, answered]
  // Read as soon as somebody is there who can.
  stub.begin()

  const control = conversation(sys, { said, answers })
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
        control.say(await directing.put({ type: "directed", begun: stub.begun }, plan, control.as(plan.config)))
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

/** What is said to a supervisor, and the child's side of a launch over it. */
const conversation = (sys: Syscalls, { answers, said }: { readonly said: number; readonly answers: number }) => {
  const say = (message: FollowedMessage): void =>
    writeAll(sys, said, new TextEncoder().encode(`${JSON.stringify(message)}\n`))

  const hear = (): unknown => {
    const bytes: Array<number> = []
    const chunk = new Uint8Array(4096)
    while (bytes.at(-1) !== newline) {
      const length = sys.readOnce(answers, chunk)
      if (length === 0) throw new StageFailure("start", "the supervisor of the container has ended")
      bytes.push(...chunk.subarray(0, length))
    }
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes)))
  }

  /** Whoever has written the configuration need not be told it. */
  const as = (config: unknown): LaunchControl => {
    const known: Array<unknown> = [config]
    return {
      receive: () => (known.length > 0 ? known.shift() : hear()),
      send: (message) => say(message as FollowedMessage),
      refuse: () => undefined,
      begun: () => undefined
    }
  }
  return { say, as }
}
