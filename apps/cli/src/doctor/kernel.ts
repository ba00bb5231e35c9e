import { AT_FDCWD, O_CLOEXEC, O_PATH } from "@gantry/linux/constants"
import { failedWith } from "@gantry/linux/SyscallError"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { type Finding, fine } from "./Finding.ts"
import type { Host } from "./Host.ts"

/** Calls that not every kernel has, each with the version that brought it; made so that nothing comes of them. */
const calls: ReadonlyArray<readonly [name: string, since: string, make: (sys: Syscalls) => void]> = [
  ["open_tree", "5.2", (sys) => sys.close(sys.openTree(AT_FDCWD, "/", O_CLOEXEC))],
  ["openat2", "5.6", (sys) => sys.close(sys.openat2(AT_FDCWD, "/", { flags: O_PATH | O_CLOEXEC }))],
  ["close_range", "5.9", (sys) => sys.closeRange(0xfffffff0, 0xffffffff, 0)],
  ["mount_setattr", "5.12", (sys) => sys.mountSetattr(-1, "", 0, {})]
]

const lacks = (sys: Syscalls, make: (sys: Syscalls) => void): boolean => {
  try {
    make(sys)
    return false
  } catch (error) {
    // A sandbox may refuse what it does not know instead of saying that it is not there.
    return failedWith(error, "ENOSYS")
  }
}

/** Whether the runtime reaches the kernel, and whether the kernel has the calls that a start of a container makes. */
export const kernel = (host: Host): ReadonlyArray<Finding> => {
  let sys: Syscalls
  try {
    sys = host.syscalls()
  } catch (cause) {
    return [
      {
        subject: "system calls",
        status: "missing",
        found: cause instanceof Error ? cause.message : String(cause),
        needed: true,
        costs: "nothing works: this JavaScript runtime has no way to the kernel",
        mend: "npm install koffi (Node), or deno run --allow-ffi (Deno), or use the standalone program"
      }
    ]
  }
  const absent = calls.filter(([, , make]) => lacks(sys, make))
  const reached = fine("system calls", "this program reaches the kernel", true)
  if (absent.length === 0) return [reached, fine("kernel", host.kernel, true)]
  return [
    reached,
    {
      subject: "kernel",
      status: "missing",
      found: `${host.kernel} does not have ${absent.map(([name, since]) => `${name} (of ${since})`).join(", ")}`,
      needed: true,
      costs: "containers do not start",
      mend: "install a kernel from 5.12 on and reboot; in a sandbox, let it pass these calls"
    }
  ]
}
