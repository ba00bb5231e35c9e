import type { Syscalls } from "@gantry/linux/Syscalls"

/*
 * A supervisor of an ordinary user has left the host's network for that of the user, and cannot go back. A socket stays
 * in the network that it was made in, whoever has it: programs that are still in the host's make them for the supervisor.
 */

/** A socket of another process that is bound to a port of the host; or why there is none. */
export type HostSocket =
  | { readonly pid: number; readonly fd: number; readonly host: string }
  | { readonly code: string; readonly why: string }

/** The same socket, for the process that listens at it. Throws when the other process has ended. */
export const takeHostSocket = (sys: Syscalls, { fd, pid }: { readonly fd: number; readonly pid: number }): number => {
  const owner = sys.pidfdOpen(pid)
  try {
    return sys.pidfdGetfd(owner, fd)
  } finally {
    sys.close(owner)
  }
}
