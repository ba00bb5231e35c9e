import { TIME_ERROR } from "@gantry/linux/constants"
import { databasePath } from "@gantry/core/state/database-path"
import { type Finding, fine } from "./Finding.ts"
import type { Host } from "./Host.ts"

/** No machine that runs this gantry is older. */
const earliest = Date.UTC(2026, 0, 1)
/** Milliseconds by which clocks may differ when nobody is to blame. */
const tolerated = 60_000

const costs = "certificates and tokens of registries are refused, and what is unused is judged by wrong times"
const mend = "timedatectl set-ntp true"

/** Bytes of the kernel's `struct timex`. */
const timexBytes = 208

/** Whether the clock is plausible, has not gone back, and is set by somebody. */
export const clock = (host: Host): Finding => {
  const subject = "clock"
  const now = new Date(host.now).toISOString()
  if (host.now < earliest) {
    return { subject, status: "degraded", found: `it says ${now}, which is long ago`, needed: false, costs, mend }
  }
  const written = host.changed(databasePath(host.root)) ?? 0
  if (written > host.now + tolerated) {
    const found = `it says ${now}, and the store was written at ${new Date(written).toISOString()}`
    return { subject, status: "degraded", found, needed: false, costs, mend }
  }
  let unset: boolean
  try {
    unset = host.syscalls().adjtimex(new Uint8Array(timexBytes)) === TIME_ERROR
  } catch {
    return fine(subject, `${now}; the kernel does not say who sets it`)
  }
  if (!unset) return fine(subject, `${now}, kept right by a time service`)
  const found = `${now}, and the kernel says that no time service sets it`
  return {
    subject,
    status: "degraded",
    found,
    needed: false,
    costs: "it may come to be wrong, and then registries refuse it",
    mend
  }
}
