import type { RuntimeShape } from "@gantry/core/runtime/Runtime"
import { IsolationRefused, type NotRunning } from "@gantry/core/runtime/RuntimeError"
import type { Missing } from "@gantry/linux/cgroup"
import * as Effect from "effect/Effect"
import { freezeGroup, processesOf, thawGroup, usageOfGroup } from "../supervisor/group.ts"
import type { ProcessMark } from "../supervisor/state.ts"
import { bootTime, readProcess } from "./read-process.ts"
import { usageOf } from "./read-usage.ts"

/** What the control group of a running container tells, and how it stands still. */
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
          : Effect.fail(new IsolationRefused({ container: id, stage, why: missing.reason }))
      })
  return {
    processes: (id) =>
      Effect.map(firstProcess(id), ({ pid }) => {
        const boot = bootTime()
        const others = processesOf(groupOf(id)).filter((each) => each !== pid)
        return [pid, ...others.toSorted((a, b) => a - b)].flatMap((each) => readProcess(each, boot) ?? [])
      }),
    usage: (id) => Effect.map(firstProcess(id), ({ pid }) => usageOf(usageOfGroup(groupOf(id)), pid)),
    pause: change(freezeGroup, "pause it"),
    resume: change(thawGroup, "let it go on")
  }
}
