import { spawn } from "node:child_process"
import type { Job } from "./job.ts"

/** Has the container's clean-up done by a process of its own, which outlives this one. Resolves when it has begun. */
export const cleanUp = async ({ supervision }: Pick<Job, "supervision">): Promise<void> => {
  const [program, ...args] = supervision.cleanup
  if (program === undefined) return
  await new Promise<void>((resolve) => {
    const child = spawn(program, args, { detached: true, stdio: "ignore", cwd: "/" })
    child.once("spawn", resolve)
    child.once("error", () => resolve())
    child.unref()
  })
}

/**
 * The last thing a supervisor does: has the clean-up done if that is `left` to it, and ends. What was said last has to
 * reach everybody before; somebody who takes nothing keeps the process from ending for a while, and nothing else.
 */
export const finish = async (
  job: Job,
  { flushed, left }: { readonly flushed: () => Promise<boolean>; readonly left: () => boolean }
): Promise<never> => {
  process.on("SIGTERM", () => process.exit(0))
  const atOnce = left()
  if (atOnce) await cleanUp(job)
  const all = await flushed()
  // Whoever was to do it has left without hearing of the end.
  if (!all && !atOnce && left()) await cleanUp(job)
  process.exit(0)
}
