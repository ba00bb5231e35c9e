import * as Cause from "effect/Cause"
import type { Explanation } from "./Explanation.ts"

/** What is said of a mistake of ours. Exit status 125, as of what Docker itself cannot do. */
export const explainDefect = (cause: Cause.Cause<unknown>) =>
  ({
    what: `internal error: ${Cause.pretty(cause).split("\n")[0] ?? "unknown"}`,
    why: "This is a mistake in gantry, not in what you asked for.",
    todo: "the same command with --debug shows where it happened",
    status: 125
  }) satisfies Explanation
