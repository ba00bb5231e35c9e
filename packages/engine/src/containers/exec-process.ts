import type { ContainerSpec, ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import { mergedEnvironment } from "./environment.ts"

/** A further process of a container, as asked for. */
export interface ExecRequest {
  readonly argv: ReadonlyArray<string>
  /** Added to the container's environment: `NAME=value` to set, `NAME` to take away. */
  readonly env: ReadonlyArray<string>
  /** The container's own when absent. */
  readonly user?: string
  /** The container's own when absent. */
  readonly workdir?: string
  readonly tty: boolean
  readonly stdin: boolean
  readonly privileged: boolean
  /** What `privileged` gives. */
  readonly allCapabilities: ReadonlyArray<string>
}

/** The process that a request comes to in a container. The image's ENTRYPOINT has no part in it. */
export const execProcess = ({ process }: Pick<ContainerSpec, "process">, request: ExecRequest): ProcessSpec => {
  // A terminal's kind is a default only: what the container says of it wins.
  const env = mergedEnvironment([...(request.tty ? ["TERM=xterm"] : []), ...process.env, ...request.env])
  const unset = request.env.filter((each) => !each.includes("=") && !env.some((one) => one.startsWith(`${each}=`)))
  return {
    ...process,
    argv: request.argv,
    env,
    ...(unset.length === 0 ? {} : { unset }),
    user: request.user ?? process.user,
    cwd: request.workdir ?? process.cwd,
    tty: request.tty,
    ...(request.privileged ? { capabilities: request.allCapabilities, seccomp: { type: "unconfined" } } : {})
  }
}
