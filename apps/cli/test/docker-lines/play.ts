import { execFile } from "node:child_process"
import type { Played } from "./Line.ts"

/** Longest time of one line. */
const deadline = 60_000

/** Plays one line in a folder, with a program called `docker` in the first folder of PATH. */
export const play = (line: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Played> =>
  new Promise((resolve, reject) => {
    const child = execFile("sh", ["-c", line], { cwd, env, timeout: deadline }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== "number") reject(error)
      else
        resolve({
          status: typeof error?.code === "number" ? error.code : 0,
          stdout: settled(stdout),
          stderr: settled(stderr)
        })
    })
    child.stdin?.end()
  })

/** What is another every time, and what stands for it. Widths of tables follow their content, so gaps count as two. */
const changing: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b[0-9a-f]{64}\b/g, "<ID>"],
  [/\b[0-9a-f]{12}\b/g, "<SHORT ID>"],
  [/\b\d+(\.\d+)?(B|kB|MB|GB)\b/g, "<SIZE>"],
  [/\b(Less than a|About an?|\d+) (second|minute|hour|day|week|month)s?( ago)?/g, "<SPAN>"],
  [/[a-z]+_[a-z]+(?= \(<SHORT ID>\))/g, "<NAME>"],
  [/\d+(\.\d\d)?(?=, as there are| CPUs available)/g, "<COUNT>"],
  [/ {2,}/g, "  "],
  [/ +$/gm, ""]
]

const settled = (text: string): string =>
  changing.reduce((so, [pattern, standIn]) => so.replace(pattern, standIn), text.replaceAll("\r", ""))
