import { writeSync } from "node:fs"

const wanted = (process.env["GANTRY_TRACE"] ?? "") !== ""

/** With GANTRY_TRACE set, says on standard error how many milliseconds after the start of the process a point was reached. */
export const mark = (point: string): void => {
  if (wanted) writeSync(2, `trace ${performance.now().toFixed(1).padStart(8)} ms  ${point}\n`)
}
