import type { BuildFailed, Excerpt } from "@gantry/build/solve/BuildFailed"
import { SourceUnavailable } from "@gantry/build/solve/Sources"
import { StepFailed } from "@gantry/build/solve/StepExecutor"
import { StorageFailure } from "@gantry/core/store/StoreError"
import { rootless } from "@gantry/linux/rootless"
import type { Explanation } from "./Explanation.ts"
import { explainStorage } from "./explain-storage.ts"
import { visibleOnly } from "./text.ts"

/** What to do about files from elsewhere that cannot be had. */
const hintOf = (cause: unknown): string | undefined => {
  if (cause instanceof SourceUnavailable) return cause.hint
  return cause instanceof StepFailed ? hintOf(cause.cause) : undefined
}

/** A failed step: the last of what it wrote, its lines of the Dockerfile, and where all of it can be read. */
export const explainBuildFailed = (failure: BuildFailed): Explanation => {
  const { build, cause, diagnostics, excerpt, exitCode, hadShell, lastLines = [], step, why } = failure
  const place = `${step.stageName === "stage-0" ? "" : `${step.stageName} `}${step.number}/${step.total}`
  const rule = "------"
  const written =
    lastLines.length === 0 ? [] : [rule, ` > [${place}] ${step.text}:`, ...lastLines.map(visibleOnly), rule]
  const kept =
    build === undefined ? "steps before it are kept in the cache" : `gantry build log ${build} has all that it wrote`
  const shell = hadShell === true ? [] : ["--on-error=shell opens a shell where it failed"]
  const alone = rootless()?.single === true && lastLines.some((line) => ofUsers.test(line)) ? [onlyRoot] : []
  const full = cause instanceof StorageFailure && cause.reason === "NoSpace" ? explainStorage(cause) : undefined
  const todo =
    full?.todo ??
    diagnostics?.[0]?.suggestion ??
    hintOf(cause) ??
    (exitCode === undefined ? undefined : [...alone, kept, ...shell].join("; "))
  return {
    before: [...written, ...(excerpt === undefined ? [] : excerptLines(excerpt))],
    what: `build step failed: ${step.text} (line ${step.range.start.line})`,
    why: full?.why ?? why,
    ...(todo === undefined ? {} : { todo })
  }
}

/** What commands say that want to become somebody else, or to give something to somebody. */
const ofUsers = /set(?:groups|e?[ug]id|res[ug]id)|ch(?:own|grp)|cannot set (?:groups|[ug]id)/i

const onlyRoot = "root is the only user here, and gantry doctor says how to have others"

/** As BuildKit shows it: the file and line, and the meant lines marked between two rules. */
const excerptLines = ({ file, lines }: Excerpt): ReadonlyArray<string> => {
  const first = lines.find(({ isMeant }) => isMeant)?.number ?? 1
  const rule = "-".repeat(20)
  const width = String(lines.at(-1)?.number ?? 1).length
  return [
    `${file}:${first}`,
    rule,
    ...lines.map(({ isMeant, number, text }) =>
      ` ${String(number).padStart(width)} | ${isMeant ? ">>>" : "   "} ${visibleOnly(text)}`.trimEnd()
    ),
    rule
  ]
}
