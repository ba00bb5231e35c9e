import type { Ending } from "@gantry/core/runtime/Runtime"
import { SIGKILL } from "@gantry/linux/constants"
import type { Launched } from "./launch.ts"
import { longestTimer } from "./long-timer.ts"

/** Has a process end; whoever asked for it may be gone before it has. */
export const endBy = (process: Pick<Launched, "signal">, { killAfter, signal }: Ending): void => {
  process.signal(signal)
  if (killAfter === undefined) return
  setTimeout(() => process.signal(SIGKILL), Math.min(killAfter, longestTimer)).unref()
}
