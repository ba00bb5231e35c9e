import type { Syscalls } from "@gantry/linux/Syscalls"

/** The system calls that layers need: the rest of a tree goes through the runtime's own file functions. */
export type Kernel = Pick<
  Syscalls,
  | "mknod"
  | "utimensat"
  | "llistxattr"
  | "lgetxattr"
  | "lsetxattr"
  | "lremovexattr"
  | "copyFileRange"
  | "syncfs"
  | "flock"
  | "openat2"
  | "close"
>

/** Loads the system calls when something first needs them: most commands never do. */
export const loadKernel = async (): Promise<Kernel> => (await import("@gantry/linux/load")).loadSyscalls()
