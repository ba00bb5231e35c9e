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

/** The last thing a supervisor does: has the clean-up done, and ends. */
export const finish = async (job: Job, { cleanup }: { readonly cleanup: boolean }): Promise<never> => {
  if (cleanup) await cleanUp(job)
  // What was written last has to reach the starter before the process ends.
  await new Promise<void>((resolve) => {
    if (process.stdout.destroyed || process.stdout.writableLength === 0) resolve()
    else process.stdout.write("", () => resolve())
  })
  process.exit(0)
}
