import type { EnsureOptions } from "@gantry/engine/images/ensure-image"
import type { Terminal } from "../terminal.ts"

/**
 * How an image is fetched on the way to a container: told on standard error, because standard output belongs to the
 * container. What shows it is loaded when there is something to show.
 */
export const fetching = (terminal: Terminal, quiet: boolean): Omit<EnsureOptions, "policy"> => ({
  cwd: terminal.cwd,
  ...(quiet
    ? {}
    : {
        onMissing: (name) => terminal.err(`Unable to find image '${name}' locally\n`),
        listen: async () => {
          const { pullProgress } = await import("./pull-progress.ts")
          return pullProgress({ write: terminal.err, isTerminal: terminal.stderrIsTerminal }, terminal)
        }
      })
})
