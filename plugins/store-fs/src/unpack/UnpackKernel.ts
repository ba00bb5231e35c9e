import type { Syscalls } from "@gantry/linux/Syscalls"

/** The system calls of unpacking. */
export type UnpackKernel = Pick<Syscalls, "mknod" | "utimensat" | "lsetxattr" | "llistxattr" | "lremovexattr">
