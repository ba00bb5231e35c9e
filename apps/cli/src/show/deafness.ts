import { SIGINT, SIGKILL, SIGTERM } from "@gantry/linux/constants"
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

/** Signals of a kind that make it clear that somebody wants a container to end, and that it does not. */
const enough = 3

/**
 * Counts the signals that are passed on to a container in the foreground, and says what to do about one that goes on after
 * three of those that should end it: Ctrl-C is all that its user has there. Said once; nothing otherwise.
 */
export const persistence = ({ name, spec }: Pick<ContainerRecord, "name" | "spec">) => {
  let asked = 0
  return (signal: number): string | undefined => {
    if ((signal !== SIGINT && signal !== SIGTERM) || ++asked !== enough) return undefined
    const next = spec.init ? "" : "; run with --init, it would end at such a signal"
    return `gantry: ${name} goes on after ${signalName(signal)}\n  try: gantry kill ${name}${next}\n`
  }
}
