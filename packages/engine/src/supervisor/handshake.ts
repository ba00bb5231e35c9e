import type { Socket } from "node:net"
import type { LaunchPlan } from "@gantry/core/runtime/Launcher"

/** Why a command never ran, as values: exit status by Docker's convention, the step, the reason. */
export interface LaunchFailure {
  readonly type: "failed"
  readonly status: number
  readonly stage: string
  readonly why: string
}

/** What the parent does while its child prepares itself. What they throw ends the launch. */
export interface HandshakeSteps {
  /** The namespaces exist: control groups and links are made now. `pid` is the child's number in this process' view. */
  readonly ready: (pid: number) => void
  /** Makes a terminal and returns its number below /dev/pts. */
  readonly terminal: (pid: number) => number
}

/**
 * Talks to a launched process until its command runs or it says why not. Protocol: core/runtime/Launcher.ts.
 *
 * Resolves to the process' number. It does not notice that the process ends without a word after `go`; its exit
 * status tells.
 */
export const shakeHands = (
  socket: Socket,
  plan: LaunchPlan,
  steps: HandshakeSteps
): Promise<{ readonly type: "started"; readonly pid: number } | LaunchFailure> =>
  new Promise((resolve) => {
    let pid: number | undefined
    let pending = ""
    const decoder = new TextDecoder()
    const send = (message: unknown) => socket.write(`${JSON.stringify(message)}\n`)
    const fail = (stage: string, why: string, status = 125) => resolve({ type: "failed", status, stage, why })

    const answer = (message: { readonly [name: string]: unknown }): void => {
      if (message["type"] === "ready") {
        pid = Number(message["pid"])
        steps.ready(pid)
        send({ type: "go" })
      } else if (message["type"] === "terminal" && pid !== undefined) {
        send({ type: "terminal", number: steps.terminal(pid) })
      } else if (message["type"] === "failed") {
        fail(String(message["stage"]), String(message["why"]), Number(message["status"]))
      }
    }

    socket.on("data", (chunk: Uint8Array) => {
      pending += decoder.decode(chunk, { stream: true })
      const lines = pending.split("\n")
      pending = lines.pop() ?? ""
      try {
        for (const line of lines) answer(JSON.parse(line))
      } catch (error) {
        fail("prepare container", error instanceof Error ? error.message : String(error))
      }
    })
    socket.on("close", () => {
      if (pid === undefined) fail("start", "the namespaces could not be made")
      else resolve({ type: "started", pid })
    })
    socket.on("error", (error) => fail("start", error.message))
    send(plan.config)
  })
