import { SIGKILL } from "@gantry/linux/constants"
import type { ExitStatus } from "@gantry/core/runtime/ContainerState"
import type { ContainerRecord } from "@gantry/engine/containers/ContainerRecord"
import { signalName } from "@gantry/engine/containers/words"

/**
 * What to do about a container whose first process went on after the signal that should have stopped it, and had to be
 * killed: the kernel gives a first process no signal that it has no handler for. Nothing when it ended as it should.
 */
export const deafness = (
  { name, options, spec }: Pick<ContainerRecord, "name" | "options" | "spec">,
  exit: ExitStatus | undefined,
  asked: { readonly signal: number | undefined; readonly seconds: number | undefined }
): string | undefined => {
  const signal = asked.signal ?? options.stopSignal
  const seconds = asked.seconds ?? options.stopTimeout
  if (exit?.code !== 128 + SIGKILL || exit.oomKilled || signal === SIGKILL || seconds === 0) return undefined
  const todo = spec.init
    ? "give it a --stop-signal that it heeds"
    : "run it with --init, or with a --stop-signal that it heeds"
  return `gantry: ${name} went on after ${signalName(signal)}, and was killed after ${seconds} s\n  try: ${todo}\n`
}
