import { execFileSync } from "node:child_process"
import { readFileSync, readlinkSync } from "node:fs"
import type { Gantry } from "./gantry.ts"
import { type Started, startProcess } from "./started.ts"
import { until } from "./until.ts"

/** A command of the program that runs in a terminal of its own. */
export interface InTerminal extends Started {
  /** Gives the window another size, as dragging its corner does. */
  readonly resize: (columns: number, rows: number) => Promise<void>
}

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

/** Runs a command in a terminal, by `script` of util-linux: what is written is typed, what it shows is standard output. */
export const inTerminal = (gantry: Gantry, ...args: ReadonlyArray<string>): InTerminal => {
  const line = [...gantry.command, ...gantry.words(args)].map(quote).join(" ")
  const started = startProcess(["script", "-qec", `exec ${line}`, "/dev/null"], {
    env: { ...gantry.env, SHELL: "/bin/sh", TERM: "xterm" },
    cwd: gantry.scratch
  })
  return {
    ...started,
    resize: async (columns, rows) => {
      const device = await until("the terminal", () => {
        const [child = ""] = readFileSync(`/proc/${started.pid}/task/${started.pid}/children`, "utf8").split(" ")
        const path = child === "" ? "" : readlinkSync(`/proc/${child}/fd/0`)
        return path.startsWith("/dev/pts/") ? path : undefined
      })
      execFileSync("stty", ["-F", device, "columns", `${columns}`, "rows", `${rows}`])
    }
  }
}
