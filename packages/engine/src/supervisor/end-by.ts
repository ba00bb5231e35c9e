import type { Ending } from "@gantry/core/runtime/Runtime"
import { SIGKILL } from "@gantry/linux/constants"
import type { Launched } from "./launch.ts"

/** No timer of the runtime is longer: it would end at once. Milliseconds, some 24 days. */
const longest = 2 ** 31 - 1

/** Has a process end; whoever asked for it may be gone before it has. */
export const endBy = (process: Pick<Launched, "signal">, { killAfter, signal }: Ending): void => {
  process.signal(signal)
  if (killAfter === undefined) return
  setTimeout(() => process.signal(SIGKILL), Math.min(killAfter, longest)).unref()
}
