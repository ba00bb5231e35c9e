import type { RuntimeShape } from "@gantry/core/runtime/Runtime"
import { IsolationRefused, type NotRunning } from "@gantry/core/runtime/RuntimeError"
import type { Missing } from "@gantry/linux/cgroup"
import * as Effect from "effect/Effect"
import { freezeGroup, processesOf, thawGroup, usageOfGroup } from "../supervisor/group.ts"
import type { ProcessMark } from "../supervisor/state.ts"
import { bootTime, readProcess } from "./read-process.ts"
import { usageOf } from "./read-usage.ts"
import { relativesOf } from "./relatives.ts"

/** What the control group of a running container tells, or what can be seen without one, and how it stands still. */
export const groupVerbs = (
  firstProcess: (id: string) => Effect.Effect<ProcessMark, NotRunning>,
  groupOf: (id: string) => string
): Pick<RuntimeShape, "pause" | "processes" | "resume" | "usage"> => {
  const change =
    (what: (path: string) => ReadonlyArray<Missing>, stage: string): RuntimeShape["pause"] =>
    (id) =>
      Effect.flatMap(firstProcess(id), () => {
        const [missing] = what(groupOf(id))
        return missing === undefined
          ? Effect.void
          : Effect.fail(new IsolationRefused({ container: id, stage, why: `${missing.feature}: ${missing.reason}` }))
      })
  /** Whoever is in the group; without groups whoever else there is to be seen. */
  const numbersOf = (id: string, pid: number): ReadonlyArray<number> => {
    const grouped = processesOf(groupOf(id))
    return [pid, ...(grouped.length === 0 ? relativesOf(pid) : grouped).filter((each) => each !== pid)]
  }
  return {
    processes: (id) =>
      Effect.map(firstProcess(id), ({ pid }) => {
        const boot = bootTime()
        const [first = pid, ...others] = numbersOf(id, pid)
        return [first, ...others.toSorted((a, b) => a - b)].flatMap((each) => readProcess(each, boot) ?? [])
      }),
    usage: (id) =>
      Effect.map(firstProcess(id), ({ pid }) => {
        const used = usageOfGroup(groupOf(id))
        return usageOf({ ...used, processes: used.processes ?? numbersOf(id, pid).length }, pid)
      }),
    pause: change(freezeGroup, "pause it"),
    resume: change(thawGroup, "let it go on")
  }
}
