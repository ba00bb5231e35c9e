import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import type { LauncherShape } from "@gantry/core/runtime/Launcher"
import type { RuntimeShape } from "@gantry/core/runtime/Runtime"
import type { NotRunning, RuntimeError } from "@gantry/core/runtime/RuntimeError"
import * as Effect from "effect/Effect"
import type { Conversation } from "../supervisor/client.ts"
import { joinGroup } from "../supervisor/group.ts"
import type { Launched, LaunchRequest } from "../supervisor/launch.ts"
import type { OpenedLaunch } from "../supervisor/open-launch.ts"
import { makeOutputQueue } from "../supervisor/output-queue.ts"
import type { ProcessMark } from "../supervisor/state.ts"
import { callersStreams } from "./callers-streams.ts"
import type { DirectExecShape } from "./DirectExec.ts"
import { sessionOfLaunched } from "./session.ts"
import { secretVariables } from "./secret-variables.ts"
import { jobIn } from "./supervisor-home.ts"

/** What {@link execVerbs} uses of the runtime. */
export interface ExecTools {
  /** A process that was made ahead, for the first that is launched. */
  readonly ahead: OpenedLaunch | undefined
  /** Speaks with the supervisor of a container. */
  readonly connect: (id: string) => Effect.Effect<Conversation, NotRunning>
  readonly directoryOf: (id: string) => string
  readonly firstProcess: (id: string) => Effect.Effect<ProcessMark, NotRunning>
  readonly groupOf: (id: string) => string
  readonly join: LauncherShape["join"]
  readonly launching: (
    container: string,
    command: string,
    request: LaunchRequest,
    ahead?: OpenedLaunch
  ) => Effect.Effect<Launched, RuntimeError>
}

/** Further processes in a running container: with streams of their own, or with the caller's. */
export const execVerbs = ({ ahead, connect, directoryOf, firstProcess, groupOf, join, launching }: ExecTools) => {
  let left = ahead
  const joining = (
    id: string,
    asked: ProcessSpec,
    request: Pick<LaunchRequest, "stdin" | "inherit" | "onOutput"> & { readonly privileged: boolean }
  ): Effect.Effect<Launched, RuntimeError> =>
    Effect.gen(function* () {
      const { pid, startTime } = yield* firstProcess(id)
      const { privileged, ...streams } = request
      const { spec, withheld } = jobIn(directoryOf(id))
      const process =
        withheld === undefined ? asked : { ...asked, env: yield* secretVariables(id, connect(id), withheld, asked) }
      const whole = {
        ...streams,
        plan: join(spec, { pid, startTime }, process, { privileged }),
        wiring: [],
        group: joinGroup(groupOf(id)),
        ...(process.tty ? { terminal: process.size === undefined ? {} : { size: process.size } } : {})
      }
      const first = left
      left = undefined
      return yield* launching(id, process.argv[0] ?? "", whole, first)
    })

  const exec: RuntimeShape["exec"] = (id, process, options) =>
    Effect.gen(function* () {
      const output = makeOutputQueue()
      yield* Effect.addFinalizer(() => Effect.sync(output.end))
      const launched = yield* joining(id, process, { ...options, onOutput: output.offer })
      return sessionOfLaunched(launched, output)
    })

  const direct: NonNullable<DirectExecShape["exec"]> = (id, process, { discard, privileged, stdin }) =>
    joining(id, process, {
      privileged,
      stdin: false,
      inherit: callersStreams({ discard, stdin }),
      onOutput: () => undefined
    }).pipe(
      Effect.map(({ ended, signal }) => ({
        exit: Effect.promise(() => ended),
        signal: (number: number) => Effect.sync(() => signal(number))
      }))
    )

  return { exec, direct: { exec: direct } satisfies DirectExecShape }
}
