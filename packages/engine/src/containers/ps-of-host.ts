import { execFile } from "node:child_process"
import * as Effect from "effect/Effect"
import { BadOption } from "../EngineError.ts"

/**
 * What the host's ps says with these options, as it says it, of these processes alone.
 *
 * Fails with `BadOption` when the host has no ps, ps does not know the options, or its answer has no column PID.
 */
export const psOfHost = (
  options: ReadonlyArray<string>,
  processes: ReadonlySet<number>
): Effect.Effect<ReadonlyArray<string>, BadOption> =>
  Effect.async<string, BadOption>((resume) => {
    const refuse = (why: string) =>
      resume(Effect.fail(new BadOption({ option: `options of ps "${options.join(" ")}"`, why })))
    const child = execFile("ps", options, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) return resume(Effect.succeed(stdout))
      if (error.code === "ENOENT") return refuse("the host has no ps; on Debian: apt-get install procps")
      return refuse(stderr.trim().split("\n")[0] || error.message)
    })
    return Effect.sync(() => void child.kill())
  }).pipe(
    Effect.flatMap((text) => {
      const [header = "", ...lines] = text.split("\n").filter((line) => line.trim() !== "")
      const column = header.trim().split(/\s+/).indexOf("PID")
      if (column < 0) {
        return new BadOption({ option: `options of ps "${options.join(" ")}"`, why: "its answer has no column PID" })
      }
      const isMine = (line: string) => processes.has(Number(line.trim().split(/\s+/)[column]))
      return Effect.succeed([header, ...lines.filter(isMine)])
    })
  )
