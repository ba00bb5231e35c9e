import { spawnSync, type StdioOptions } from "node:child_process"
import { readFileSync } from "node:fs"
import { type FailureStatus, StageFailure } from "@gantry/linux/container/StageFailure"
import { crunOnMixedTrees } from "./host.ts"
import type { Driver } from "./request.ts"

/** How a runtime is called. */
export interface Call {
  /** What is being done, for the error. */
  readonly stage: string
  /** Everything behind the options of every call. */
  readonly args: ReadonlyArray<string>
  /** Absolute directory; its file `log` gets the runtime's complaints. */
  readonly directory: string
  readonly stdio: StdioOptions
  /** Directories of control groups in which it is to run; those of its caller without any. */
  readonly groups?: ReadonlyArray<string>
}

/** Goes into the groups before the double dash and becomes what is behind it. */
const within = `while [ "$1" != -- ]; do echo 0 >"$1/cgroup.procs" || exit; shift; done; shift; exec "$@"`

/**
 * Calls the runtime and waits for it. Its standard streams become those of the process that it makes, so what it has to
 * say goes to a file. Throws `StageFailure` with Docker's status when it refuses.
 */
export const invoke = (driver: Driver, { args, directory, groups = [], stage, stdio }: Call): void => {
  const log = `${directory}/log`
  const call = [driver.program, "--root", driver.state, "--log", log, "--log-format", "json", ...args]
  const [program = "", ...rest] = groups.length === 0 ? call : ["/bin/sh", "-c", within, "sh", ...groups, "--", ...call]
  const { error, signal, status } = spawnSync(program, rest, { cwd: directory, stdio })
  if (error !== undefined) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT"
    throw new StageFailure(
      stage,
      missing ? `the runtime ${driver.program} is not installed on this host` : `${driver.program}: ${error.message}`
    )
  }
  if (status === 0) return
  const said =
    complaintIn(readOr(log)) ?? (signal === null ? `it ended with status ${status}` : `it was ended by ${signal}`)
  throw refusalOf(stage, driver.program, said)
}

const readOr = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

/**
 * The last error in a log of JSON lines; of those in which runc's helper says why it gave up, the first: all else follows
 * from it. Pure.
 */
export const complaintIn = (text: string): string | undefined => {
  const complaints = text.split("\n").flatMap((line) => {
    try {
      const { level, msg } = JSON.parse(line) as { readonly level?: unknown; readonly msg?: unknown }
      return typeof msg === "string" && (level === "error" || level === "fatal") ? [msg] : []
    } catch {
      return []
    }
  })
  const helper = /^nsexec(?:-\d)?\[\d+\]: /
  return complaints.find((each) => helper.test(each))?.replace(helper, "") ?? complaints.at(-1)
}

/**
 * Words of runc, crun, youki and runsc about a command that cannot be run, and what Docker's convention makes of them. Of what
 * is no file, such as a directory, crun says that the operation is not permitted.
 */
const refusals: ReadonlyArray<readonly [words: RegExp, status: FailureStatus, why: string]> = [
  [
    /executable file (?:not found|`[^`]*` not found|'[^']*' not found)|error finding executable "/,
    127,
    "executable file not found in $PATH"
  ],
  [/exec: "[^"]*": .*no such file or directory|open executable: No such file/i, 127, "no such file or directory"],
  [/exec: "[^"]*": .*is a directory/i, 126, "is a directory"],
  [
    /exec: "[^"]*": .*permission denied|open executable: (?:Permission denied|Operation not permitted)/i,
    126,
    "permission denied"
  ]
]

/** What a runtime's complaint means. */
export const refusalOf = (stage: string, program: string, said: string): StageFailure => {
  const known = refusals.find(([words]) => words.test(said))
  if (known !== undefined) return new StageFailure("run command", known[2], known[1])
  return new StageFailure(stage, `${program}: ${said}${adviceOn(said)}`)
}

/** What to do about a host that a runtime does not get along with. */
const adviceOn = (said: string): string =>
  /cgroup.*(?:hybrid|invalid file system type|not supported)|invalid file system type on `?\/sys\/fs\/cgroup/i.test(
    said
  )
    ? ` (${crunOnMixedTrees})`
    : ""
