import { type Finding, fine } from "./Finding.ts"
import type { Host } from "./Host.ts"

const actions = "/proc/sys/kernel/seccomp/actions_avail"

/** Whether the kernel takes seccomp filters, and with all that the default one does. */
export const seccomp = (host: Host): Finding => {
  const said = host.read(actions)?.trim().split(" ")
  const absent = ["allow", "errno"].filter((action) => said?.includes(action) !== true)
  if (absent.length === 0) return fine("seccomp", "the kernel takes filters of system calls", true)
  return {
    subject: "seccomp",
    status: "missing",
    found: said === undefined ? `there is no ${actions}` : `the kernel does not know ${absent.join(", ")}`,
    needed: true,
    costs: "containers start with --security-opt seccomp=unconfined only, which is less safe",
    mend: "use a kernel with CONFIG_SECCOMP_FILTER"
  }
}
