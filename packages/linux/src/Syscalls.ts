/** A path or a string that the kernel ends at a zero byte. Bytes are for names that are not UTF-8. */
export type KernelString = string | Uint8Array

/** Three sets of capabilities, one bit for each number. */
export interface CapabilitySets {
  readonly effective: bigint
  readonly permitted: bigint
  readonly inheritable: bigint
}

/** A resource limit. `RLIM_INFINITY` is no limit. */
export interface ResourceLimit {
  readonly soft: bigint
  readonly hard: bigint
}

/** What mount_setattr(2) changes. */
export interface MountAttributes {
  /** `MOUNT_ATTR_*` to set. */
  readonly attrSet?: number
  /** `MOUNT_ATTR_*` to clear. */
  readonly attrClr?: number
  /** `MS_PRIVATE`, `MS_SLAVE`, `MS_SHARED` or `MS_UNBINDABLE`; 0 leaves it. */
  readonly propagation?: number
  /** The user namespace of an id-mapped mount, with `MOUNT_ATTR_IDMAP`. */
  readonly usernsFd?: number
}

/** How openat2(2) opens. */
export interface OpenHow {
  /** `O_*`. */
  readonly flags: number
  /** Only with `O_CREAT`. */
  readonly mode?: number
  /** `RESOLVE_*`. */
  readonly resolve?: number
}

/** One file descriptor to wait for. */
export interface PollRequest {
  readonly fd: number
  /** `POLLIN`, `POLLOUT`. */
  readonly events: number
}

/**
 * The kernel, as far as gantry uses it. Every call is synchronous, returns its value, and throws `SyscallError`.
 *
 * Each call acts on the *calling thread*, as the kernel has it: identities, capabilities, seccomp filters and
 * namespaces of the runtime's other threads stay as they are. Change them only in a process that goes on to `execve`,
 * or that makes no asynchronous call afterwards.
 *
 * Arguments are the kernel's (manual section 2), with `null` for a missing pointer and file descriptors as numbers.
 */
export interface Syscalls {
  readonly mount: (
    source: KernelString | null,
    target: KernelString,
    fstype: string | null,
    flags: number,
    data: KernelString | null
  ) => void
  readonly umount2: (target: KernelString, flags: number) => void
  readonly pivotRoot: (newRoot: KernelString, putOld: KernelString) => void
  readonly openTree: (dirfd: number, path: KernelString, flags: number) => number
  readonly moveMount: (
    fromFd: number,
    fromPath: KernelString,
    toFd: number,
    toPath: KernelString,
    flags: number
  ) => void
  readonly mountSetattr: (dirfd: number, path: KernelString, flags: number, attributes: MountAttributes) => void
  readonly fsopen: (fstype: string, flags: number) => number
  /** `value` is a string for `FSCONFIG_SET_STRING`; `aux` is a file descriptor for `FSCONFIG_SET_FD`. */
  readonly fsconfig: (fd: number, command: number, key: string | null, value: KernelString | null, aux: number) => void
  readonly fsmount: (fd: number, flags: number, attributes: number) => number

  readonly unshare: (flags: number) => void
  /** `type` is one `CLONE_NEW*`, or 0 for whatever the descriptor is. A pidfd takes several. */
  readonly setns: (fd: number, type: number) => void
  readonly sethostname: (name: string) => void
  readonly setdomainname: (name: string) => void
  readonly chroot: (path: KernelString) => void
  readonly chdir: (path: KernelString) => void
  readonly fchdir: (fd: number) => void
  /** Returns the previous mask. It is shared by all threads of the process. */
  readonly umask: (mask: number) => number

  readonly prctl: (option: number, a2?: number | bigint, a3?: number, a4?: number, a5?: number) => number
  readonly capget: () => CapabilitySets
  readonly capset: (sets: CapabilitySets) => void
  readonly setgroups: (gids: ReadonlyArray<number>) => void
  readonly setresuid: (real: number, effective: number, saved: number) => void
  readonly setresgid: (real: number, effective: number, saved: number) => void
  readonly getrlimit: (resource: number) => ResourceLimit
  readonly setrlimit: (resource: number, limit: ResourceLimit) => void
  /** Returns the limit before the call. `pid` 0 is this process; `limit` null only reads. */
  readonly prlimit: (pid: number, resource: number, limit: ResourceLimit | null) => ResourceLimit
  /** Installs a filter (`SECCOMP_SET_MODE_FILTER`): classic BPF, eight bytes an instruction. */
  readonly seccomp: (program: Uint8Array, flags?: number) => void

  /** Replaces the process. Returns only by throwing. `env` holds `NAME=value`. */
  readonly execve: (path: KernelString, argv: ReadonlyArray<KernelString>, env: ReadonlyArray<KernelString>) => never
  /**
   * Gives the next `execve` a clean start: every ignored signal gets its default action and none is blocked.
   *
   * Handlers are left alone: execve resets them, and the runtime may still need its own until then.
   */
  readonly resetSignals: () => void
  readonly setsid: () => number
  readonly kill: (pid: number, signal: number) => void
  /** Makes a pipe: its reading end, then its writing end. */
  readonly pipe2: (flags: number) => readonly [read: number, write: number]
  /** Number of the processor that this thread runs on. */
  readonly getcpu: () => number
  /** The processors that a thread may run on, one bit each; 0 is this thread. */
  readonly schedGetaffinity: (pid: number) => Uint8Array
  readonly schedSetaffinity: (pid: number, processors: Uint8Array) => void
  /** A file in memory without a place among the others. */
  readonly memfdCreate: (name: string, flags: number) => number
  /** The descriptor is close-on-exec. */
  readonly pidfdOpen: (pid: number, flags?: number) => number
  /** A copy of another process' descriptor, close-on-exec. */
  readonly pidfdGetfd: (pidfd: number, fd: number) => number
  /** Waits for the end of a child, and takes it off the table: its code, or the number of the signal that ended it. */
  readonly wait4: (pid: number) => { readonly code: number } | { readonly signal: number }
  readonly pidfdSendSignal: (pidfd: number, signal: number) => void

  readonly open: (path: KernelString, flags: number, mode?: number) => number
  readonly openat2: (dirfd: number, path: KernelString, how: OpenHow) => number
  readonly close: (fd: number) => void
  /** Closes a range of descriptors, or marks it close-on-exec (`CLOSE_RANGE_CLOEXEC`). `last` may be 0xffffffff. */
  readonly closeRange: (first: number, last: number, flags: number) => void
  readonly dup3: (from: number, to: number, flags: number) => number
  readonly read: (fd: number, into: Uint8Array) => number
  /** As `read`, but a signal that {@link Syscalls.interrupts} ends it: EINTR. */
  readonly readOnce: (fd: number, into: Uint8Array) => number
  /**
   * Whether a signal that the runtime has a handler for ends a wait in the kernel. The wait goes on otherwise, and the
   * program hears of the signal when it is over. Nothing happens where there is no handler. Spec: sigaction(2), SA_RESTART.
   */
  readonly interrupts: (signal: number, on: boolean) => void
  readonly write: (fd: number, bytes: Uint8Array) => number
  /** Bytes copied; 0 at the end of the source. Offsets of both files advance. */
  readonly copyFileRange: (from: number, to: number, bytes: number) => number
  readonly fcntl: (fd: number, command: number, argument?: number) => number
  /** A `Uint8Array` is passed by address and may be written to. */
  readonly ioctl: (fd: number, request: number, argument: number | Uint8Array) => number
  /** Waits. Returns `revents`, in the order of the requests. `timeout` is in milliseconds; null waits for ever. */
  readonly poll: (requests: ReadonlyArray<PollRequest>, timeout: number | null) => ReadonlyArray<number>
  readonly flock: (fd: number, operation: number) => void
  readonly syncfs: (fd: number) => void
  /** Reads the kernel's clock into a `struct timex` of 208 bytes; returns its state, `TIME_ERROR` when nothing sets it. */
  readonly adjtimex: (into: Uint8Array) => number

  /** `mode` holds the type (`S_IFCHR` ...) and the permissions, which the umask reduces. */
  readonly mknod: (path: KernelString, mode: number, major: number, minor: number) => void
  /** Does not follow a symbolic link. */
  readonly lchown: (path: KernelString, uid: number, gid: number) => void
  /** Nanoseconds since 1970, before it when negative; null leaves that time. `flags`: `AT_SYMLINK_NOFOLLOW`. */
  readonly utimensat: (path: KernelString, atime: bigint | null, mtime: bigint | null, flags: number) => void
  readonly lsetxattr: (path: KernelString, name: KernelString, value: Uint8Array, flags?: number) => void
  /** The value in full, whatever its length. */
  readonly lgetxattr: (path: KernelString, name: KernelString) => Uint8Array
  readonly llistxattr: (path: KernelString) => ReadonlyArray<string>
  readonly lremovexattr: (path: KernelString, name: KernelString) => void

  readonly socket: (domain: number, type: number, protocol: number) => number
  readonly bind: (fd: number, address: Uint8Array) => void
  readonly connect: (fd: number, address: Uint8Array) => void
  readonly setsockopt: (fd: number, level: number, option: number, value: Uint8Array) => void
  readonly sendto: (fd: number, bytes: Uint8Array, flags: number, address: Uint8Array | null) => number
  /** `address` is filled with the sender's; it must be as long as addresses of the socket's family are. */
  readonly recvfrom: (fd: number, into: Uint8Array, flags: number, address?: Uint8Array) => number
  /** A descriptor that came over a socket with `SCM_RIGHTS`, close-on-exec; undefined when the message brought none. */
  readonly receiveDescriptor: (fd: number) => number | undefined
  readonly listen: (fd: number, backlog: number) => void
  /** `flags`: `SOCK_NONBLOCK`, `SOCK_CLOEXEC`. */
  readonly accept4: (fd: number, flags: number) => number
  /** `attributes` is the union `bpf_attr`. Addresses in it come from {@link Syscalls.withAddresses}. */
  readonly bpf: (command: number, attributes: Uint8Array) => number
  /** Runs `use` with the addresses of blocks of memory, which stay in place until it returns. */
  readonly withAddresses: <A>(memory: ReadonlyArray<Uint8Array>, use: (addresses: ReadonlyArray<bigint>) => A) => A
}
