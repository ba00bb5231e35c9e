import { CLONE_NEWNET, O_CLOEXEC, O_RDONLY } from "./constants.ts"
import type { Syscalls } from "./Syscalls.ts"

/**
 * Does something in the network namespace of a process and comes back. What was opened there stays there.
 *
 * Only this thread goes, so `work` must be synchronous and do nothing but system calls. A thread that cannot come back
 * must not go on: everything it did next would happen in the container's network.
 */
export const inNetworkOf = <A>(sys: Syscalls, pid: number, work: () => A): A => {
  const home = sys.open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
  try {
    enterNetworkOf(sys, pid)
    try {
      return work()
    } finally {
      comeBack(sys, home)
    }
  } finally {
    sys.close(home)
  }
}

/** Takes this thread into the network namespace of a process, from where an ordinary user has no way back to the host's. */
export const enterNetworkOf = (sys: Syscalls, pid: number): void => {
  const there = sys.open(`/proc/${pid}/ns/net`, O_RDONLY | O_CLOEXEC)
  try {
    sys.setns(there, CLONE_NEWNET)
  } finally {
    sys.close(there)
  }
}

const comeBack = (sys: Syscalls, home: number): void => {
  try {
    sys.setns(home, CLONE_NEWNET)
  } catch (error) {
    process.stderr.write(`could not leave the container's network: ${String(error)}\n`)
    process.abort()
  }
}
