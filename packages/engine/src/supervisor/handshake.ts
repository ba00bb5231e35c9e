import type { Socket } from "node:net"
import type { LaunchPlan } from "@gantry/core/runtime/Launcher"
import type { Source } from "./channel.ts"

/** Why a command never ran, as values: exit status by Docker's convention, the step, the reason. */
export interface LaunchFailure {
  readonly type: "failed"
  readonly status: number
  readonly stage: string
  readonly why: string
}

/** What the parent does while its child prepares itself. What they throw ends the launch. */
export interface HandshakeSteps {
  /** The child has its configuration. */
  readonly begun: () => void
  /** The namespaces exist: the process gets its place and its links now. `pid` is the child's number in this process' view. */
  readonly ready: (pid: number, placed: boolean) => void
  /** Makes a terminal, or takes the one that a process holds, and returns its number below /dev/pts. */
  readonly terminal: (pid: number, held?: HeldTerminal) => number
}

/** A terminal that somebody else made: a descriptor of a process. */
export interface HeldTerminal {
  readonly holder: number
  readonly fd: number
}

/** What a launched process talks through. */
export interface HandshakeLines {
  readonly socket: Socket
  /** Ends when the command runs; gives a byte before that when it never will. */
  readonly witness: Source
  /** Lets go of this process' writing end of the witness. */
  readonly release: () => void
}

/** A launch that fails because the parent could not do its part. */
export const notPrepared = (error: unknown): LaunchFailure => ({
  type: "failed",
  status: 125,
  stage: "prepare container",
  why: error instanceof Error ? error.message : String(error)
})

/** Cuts a stream of bytes into lines, however it arrives. */
export const makeLines = (): ((chunk: Uint8Array) => ReadonlyArray<string>) => {
  const decoder = new TextDecoder()
  let pending = ""
  return (chunk) => {
    const lines = (pending + decoder.decode(chunk, { stream: true })).split("\n")
    pending = lines.pop() ?? ""
    return lines
  }
}

/** How long a child may take to say back what it was told, in milliseconds. */
const patience = 2000

/**
 * Talks to a launched process until its command runs or it says why not. Protocol: core/runtime/Launcher.ts.
 *
 * Resolves to the process' number. A process that ends without a word after `go` counts as started; its exit status
 * tells. When a step of the parent's fails, the child's own reason counts if it has one: it may be gone, which is why the
 * step has failed.
 */
export const shakeHands = (
  { release, socket, witness }: HandshakeLines,
  plan: LaunchPlan,
  steps: HandshakeSteps
): Promise<{ readonly type: "started"; readonly pid: number } | LaunchFailure> =>
  new Promise((resolve) => {
    let pid = 0
    const linesOf = makeLines()
    const send = (message: unknown) => socket.write(`${JSON.stringify(message)}\n`)
    const fail = (stage: string, why: string, status = 125) => resolve({ type: "failed", status, stage, why })

    /** Why the parent could not do its part, once it could not. */
    let ours: LaunchFailure | undefined
    const guarded = (work: () => void): void => {
      if (ours !== undefined) return
      try {
        work()
      } catch (error) {
        const failure = notPrepared(error)
        ours = failure
        // Writing to a child that is gone ends the conversation. After the next turn what it has said before is read.
        setImmediate(() => setImmediate(() => socket.destroyed || send(failure)))
        setTimeout(() => resolve(failure), patience).unref()
      }
    }

    const answer = (message: { readonly [name: string]: unknown }): void => {
      if (message["type"] === "failed") {
        fail(String(message["stage"]), String(message["why"]), Number(message["status"]))
      } else if (message["type"] === "ready") {
        pid = Number(message["pid"])
        release()
        void byteOf(witness).then((refused) => {
          // Without our part the end of the conversation tells: what the child has said last may not be read yet.
          if (!refused && ours === undefined) resolve({ type: "started", pid })
        })
        guarded(() => {
          steps.ready(pid, message["placed"] === true)
          send({ type: "go" })
        })
      } else if (message["type"] === "terminal") {
        guarded(() => send({ type: "terminal", number: steps.terminal(pid, heldOf(message)) }))
      }
    }

    socket.on("data", (chunk: Uint8Array) => {
      try {
        for (const line of linesOf(chunk)) answer(JSON.parse(line))
      } catch (error) {
        resolve(notPrepared(error))
      }
    })
    // An error here is the same end, seen from the other direction.
    const ended = () => {
      if (ours !== undefined) return resolve(ours)
      fail("start", `${plan.argv[0] ?? ""} ended before the namespaces were made`)
    }
    for (const name of ["close", "error"]) socket.on(name, ended)
    // Deno sees the end of a child that has said nothing also while nobody listens, and tells it once.
    if (socket.destroyed) return ended()
    send(plan.config)
    guarded(steps.begun)
  })

/** The terminal that a message of the child names, if it names one. */
export const heldOf = ({ fd, holder }: { readonly [name: string]: unknown }): HeldTerminal | undefined =>
  typeof fd === "number" && typeof holder === "number" ? { holder, fd } : undefined

const byteOf = async (witness: Source): Promise<boolean> => {
  let bytes = 0
  for await (const chunk of witness.chunks) bytes += chunk.length
  return bytes > 0
}
