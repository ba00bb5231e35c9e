import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { LauncherShape } from "@gantry/core/runtime/Launcher"
import type { Supervision } from "@gantry/core/runtime/Runtime"
import { IsolationRefused } from "@gantry/core/runtime/RuntimeError"
import * as Either from "effect/Either"
import { type Job, longestSocketPath } from "../supervisor/job.ts"
import { type SecretTexts, withhold } from "../supervisor/withhold.ts"

/** What is known of a job besides the container's description. */
interface JobInput extends Pick<Job, "group" | "socket"> {
  readonly launch: LauncherShape["launch"]
  readonly supervision: Supervision
}

/** What a supervisor is to do, without secrets, and these beside it. */
export const makeJob = (
  spec: ContainerSpec,
  { group, launch, socket, supervision }: JobInput
): Either.Either<{ readonly job: Job; readonly texts: SecretTexts }, IsolationRefused> => {
  if (Buffer.byteLength(socket) > longestSocketPath) {
    const why = `${socket} is longer than ${longestSocketPath} bytes`
    return Either.left(new IsolationRefused({ container: spec.id, stage: "open socket", why }))
  }
  const { spec: shown, texts, withheld } = withhold(spec)
  const plan = launch(shown, group)
  const job = { spec: shown, plan, supervision, socket, group }
  return Either.right({ job: withheld.length === 0 ? job : { ...job, withheld }, texts })
}
