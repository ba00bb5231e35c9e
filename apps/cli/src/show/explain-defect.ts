import * as Cause from "effect/Cause"
import { PluginThrew } from "../plugins/PluginFailed.ts"
import { fileTrouble } from "../commands/read-values.ts"
import { OutputLost } from "../terminal.ts"
import type { Explanation } from "./Explanation.ts"

/**
 * What is said of a mistake of ours, or of a plugin's. Exit status 125, as of what Docker itself cannot do. Output that
 * cannot be written is nobody's mistake, and can befall every line of a command.
 */
export const explainDefect = (cause: Cause.Cause<unknown>) => {
  const lost = [...Cause.defects(cause)].find((defect) => defect instanceof OutputLost)
  if (lost !== undefined) {
    return {
      what: "standard output cannot be written",
      why: fileTrouble(lost),
      todo: "send it where there is room",
      status: 1
    } satisfies Explanation
  }
  const thrown = [...Cause.defects(cause)].find((defect) => defect instanceof PluginThrew)
  const debug = "the same command with --debug shows where it happened"
  if (thrown !== undefined) {
    return {
      what: thrown.message,
      why: "This is a mistake in the plugin: its contract allows for failures, not for this.",
      todo: `tell its author; ${debug}`,
      status: 125
    } satisfies Explanation
  }
  return {
    what: `internal error: ${Cause.pretty(cause).split("\n")[0] ?? "unknown"}`,
    why: "This is a mistake in gantry, not in what you asked for.",
    todo: debug,
    status: 125
  } satisfies Explanation
}

/** The same of what was thrown before there was anything that catches it. */
export const explainThrown = (thrown: unknown) => explainDefect(Cause.die(thrown))
