import type { Arch } from "./ffi/Ffi.ts"

/**
 * Numbers of the system calls used here: x86-64, then arm64.
 *
 * Only calls that both processors have: the kernel gave arm64 no `open`, `mknod`, `lchown` or `poll`, so the forms
 * with a directory (or `ppoll`) are used everywhere.
 */
export const syscallNumbers = {
  accept4: [288, 242],
  adjtimex: [159, 171],
  bind: [49, 200],
  bpf: [321, 280],
  capget: [125, 90],
  capset: [126, 91],
  chdir: [80, 49],
  chroot: [161, 51],
  close: [3, 57],
  close_range: [436, 436],
  connect: [42, 203],
  copy_file_range: [326, 285],
  dup3: [292, 24],
  execve: [59, 221],
  fchdir: [81, 50],
  fchownat: [260, 54],
  fcntl: [72, 25],
  flock: [73, 32],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fsopen: [430, 430],
  ioctl: [16, 29],
  kill: [62, 129],
  listen: [50, 201],
  lgetxattr: [192, 9],
  llistxattr: [195, 12],
  lremovexattr: [198, 15],
  lsetxattr: [189, 6],
  mknodat: [259, 33],
  mount: [165, 40],
  mount_setattr: [442, 442],
  move_mount: [429, 429],
  open_tree: [428, 428],
  openat: [257, 56],
  openat2: [437, 437],
  pidfd_getfd: [438, 438],
  pidfd_open: [434, 434],
  pipe2: [293, 59],
  pidfd_send_signal: [424, 424],
  pivot_root: [155, 41],
  ppoll: [271, 73],
  prctl: [157, 167],
  prlimit64: [302, 261],
  read: [0, 63],
  recvfrom: [45, 207],
  recvmsg: [47, 212],
  rt_sigaction: [13, 134],
  rt_sigprocmask: [14, 135],
  seccomp: [317, 277],
  sendto: [44, 206],
  setdomainname: [171, 162],
  setgroups: [116, 159],
  sethostname: [170, 161],
  setns: [308, 268],
  setresgid: [119, 149],
  setresuid: [117, 147],
  setsid: [112, 157],
  setsockopt: [54, 208],
  socket: [41, 198],
  syncfs: [306, 267],
  umask: [95, 166],
  umount2: [166, 39],
  unshare: [272, 97],
  utimensat: [280, 88],
  wait4: [61, 260],
  write: [1, 64]
} as const satisfies Record<string, readonly [x64: number, arm64: number]>

/** The kernel's own name of a system call that this package uses. */
export type SyscallName = keyof typeof syscallNumbers

/** The number of a system call on a processor. */
export const syscallNumber = (name: SyscallName, arch: Arch): number => syscallNumbers[name][arch === "x64" ? 0 : 1]
