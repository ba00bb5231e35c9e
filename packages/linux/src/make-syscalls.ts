import {
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  RESOLVE_BENEATH,
  RESOLVE_IN_ROOT,
  SECCOMP_SET_MODE_FILTER
} from "./constants.ts"
import type { Ffi } from "./ffi/Ffi.ts"
import { type Argument, failed, makeCaller, path, sized } from "./kernel-call.ts"
import {
  cStrings,
  deviceNumber,
  rlimitBytes,
  rlimitOf,
  timespec,
  word32At,
  word64At,
  words32,
  words64
} from "./memory.ts"
import type { Syscalls } from "./Syscalls.ts"

const EINTR = 4
const EAGAIN = 11
const ESRCH = 3
const MSG_CMSG_CLOEXEC = 0x4000_0000
const SOL_SOCKET = 1
const SCM_RIGHTS = 1
/** _LINUX_CAPABILITY_VERSION_3: 64 capabilities as two sets of 32 bits. */
const capabilityVersion3 = 0x20080522
/** The kernel's sigset_t, not the C library's larger one. */
const signalSetSize = 8
const SIG_IGN = 1n
const SA_RESTART = 0x1000_0000n
const SIG_SETMASK = 2
/** As many as the kernel can be made for. */
const mostProcessors = 8192

/**
 * How often a path is walked below a root. A rename or a mount anywhere on the machine, while a `..` of it is resolved,
 * ends the walk with EAGAIN (openat2(2), ERRORS). Bounded, because somebody may rename without end.
 */
const openAttempts = 10_000

/** Builds the typed calls from a runtime's raw entry point. */
export const makeSyscalls = (ffi: Ffi): Syscalls => {
  const { raw, simple, repeated, withAddresses, withVectors } = makeCaller(ffi)

  const prlimit: Syscalls["prlimit"] = (pid, resource, limit) => {
    const before = new Uint8Array(16)
    const result = raw("prlimit64", pid, resource, limit === null ? null : rlimitBytes(limit), before)
    if (result < 0) throw failed("prlimit", result, [pid, resource, limit])
    return rlimitOf(before)
  }

  return {
    withAddresses,
    prlimit,
    getrlimit: (resource) => prlimit(0, resource, null),
    setrlimit: (resource, limit) => void prlimit(0, resource, limit),

    mount: simple("mount", "mount", (source, target, fstype, flags, data) => [
      source === null ? null : path(source),
      path(target),
      fstype,
      flags,
      data === null ? null : path(data)
    ]),
    umount2: simple("umount2", "umount2", (target, flags) => [path(target), flags]),
    pivotRoot: simple("pivotRoot", "pivot_root", (newRoot, putOld) => [path(newRoot), path(putOld)]),
    openTree: simple("openTree", "open_tree", (dirfd, name, flags) => [dirfd, path(name), flags]),
    moveMount: simple("moveMount", "move_mount", (fromFd, from, toFd, to, flags) => [
      fromFd,
      path(from),
      toFd,
      path(to),
      flags
    ]),
    mountSetattr: simple("mountSetattr", "mount_setattr", (dirfd, name, flags, attributes) => {
      const { attrSet = 0, attrClr = 0, propagation = 0, usernsFd = 0 } = attributes
      return [dirfd, path(name), flags, words64(attrSet, attrClr, propagation, usernsFd), 32]
    }),
    fsopen: simple("fsopen", "fsopen", (fstype, flags) => [fstype, flags]),
    fsconfig: simple("fsconfig", "fsconfig", (fd, command, key, value, aux) => [
      fd,
      command,
      key,
      value === null ? null : path(value),
      aux
    ]),
    fsmount: simple("fsmount", "fsmount", (fd, flags, attributes) => [fd, flags, attributes]),

    unshare: simple("unshare", "unshare", (flags) => [flags]),
    setns: simple("setns", "setns", (fd, type) => [fd, type]),
    sethostname: simple("sethostname", "sethostname", (name) => named(name)),
    setdomainname: simple("setdomainname", "setdomainname", (name) => named(name)),
    chroot: simple("chroot", "chroot", (name) => [path(name)]),
    chdir: simple("chdir", "chdir", (name) => [path(name)]),
    fchdir: simple("fchdir", "fchdir", (fd) => [fd]),
    umask: simple("umask", "umask", (mask) => [mask]),

    prctl: simple("prctl", "prctl", (option, ...rest) => [option, ...rest.map((each) => each ?? 0)]),
    capget: () => {
      const data = new Uint8Array(24)
      const result = raw("capget", words32(capabilityVersion3, 0), data)
      if (result < 0) throw failed("capget", result, [])
      const set = (offset: number) => BigInt(word32At(data, offset)) | (BigInt(word32At(data, offset + 12)) << 32n)
      return { effective: set(0), permitted: set(4), inheritable: set(8) }
    },
    capset: simple("capset", "capset", ({ effective, permitted, inheritable }) => {
      const sets = [effective, permitted, inheritable]
      const low = sets.map((set) => Number(set & 0xffffffffn))
      const high = sets.map((set) => Number((set >> 32n) & 0xffffffffn))
      return [words32(capabilityVersion3, 0), words32(...low, ...high)]
    }),
    setgroups: simple("setgroups", "setgroups", (gids) => [gids.length, words32(...gids)]),
    setresuid: simple("setresuid", "setresuid", (...ids) => ids),
    setresgid: simple("setresgid", "setresgid", (...ids) => ids),
    seccomp: (program, flags = 0) =>
      withAddresses([program], ([address = 0n]) => {
        const result = raw("seccomp", SECCOMP_SET_MODE_FILTER, flags, words64(program.length / 8, address))
        if (result !== 0) throw failed("seccomp", result > 0 ? -ESRCH : result, [program, flags])
      }),

    execve: (file, argv, env) => {
      const result = withVectors([argv, env], ([argvPointer = null, envPointer = null]) =>
        raw("execve", path(file), argvPointer, envPointer)
      )
      throw failed("execve", result, [file, argv, env])
    },
    interrupts: (signal, on) => {
      const action = new Uint8Array(32)
      const found = raw("rt_sigaction", signal, null, action, signalSetSize)
      if (found < 0) throw failed("interrupts", found, [signal, on])
      if (word64At(action, 0) <= SIG_IGN) return
      const flags = word64At(action, 8)
      action.set(new Uint8Array(words64(on ? flags & ~SA_RESTART : flags | SA_RESTART).buffer), 8)
      const set = raw("rt_sigaction", signal, action, null, signalSetSize)
      if (set < 0) throw failed("interrupts", set, [signal, on])
    },
    resetSignals: () => {
      const before = new Uint8Array(32)
      const byDefault = new Uint8Array(32)
      for (let signal = 1; signal <= 64; signal++) {
        const result = raw("rt_sigaction", signal, null, before, signalSetSize)
        if (result === 0 && word64At(before, 0) === SIG_IGN) {
          raw("rt_sigaction", signal, byDefault, null, signalSetSize)
        }
      }
      const result = raw("rt_sigprocmask", SIG_SETMASK, words64(0), null, signalSetSize)
      if (result < 0) throw failed("resetSignals", result, [])
    },
    setsid: simple("setsid", "setsid", () => []),
    kill: simple("kill", "kill", (pid, signal) => [pid, signal]),
    pipe2: (flags) => {
      const ends = new Uint8Array(8)
      const result = raw("pipe2", ends, flags)
      if (result < 0) throw failed("pipe2", result, [flags])
      return [word32At(ends, 0), word32At(ends, 4)]
    },
    getcpu: () => {
      const into = new Uint8Array(4)
      const result = raw("getcpu", into, null, null)
      if (result < 0) throw failed("getcpu", result, [])
      return word32At(into, 0)
    },
    schedGetaffinity: (pid) => {
      const into = new Uint8Array(mostProcessors / 8)
      const result = raw("sched_getaffinity", pid, into.length, into)
      if (result < 0) throw failed("schedGetaffinity", result, [pid])
      return into.subarray(0, result)
    },
    schedSetaffinity: simple("schedSetaffinity", "sched_setaffinity", (pid, mask) => [pid, mask.length, mask]),
    memfdCreate: simple("memfdCreate", "memfd_create", (name, flags) => [name, flags]),
    pidfdOpen: simple("pidfdOpen", "pidfd_open", (pid, flags = 0) => [pid, flags]),
    pidfdGetfd: simple("pidfdGetfd", "pidfd_getfd", (pidfd, fd) => [pidfd, fd, 0]),
    wait4: (pid) => {
      const status = new Uint8Array(4)
      let result: number
      do result = raw("wait4", pid, status, 0, null)
      while (result === -EINTR)
      if (result < 0) throw failed("wait4", result, [pid])
      const word = word32At(status, 0)
      return (word & 0x7f) === 0 ? { code: (word >> 8) & 0xff } : { signal: word & 0x7f }
    },
    pidfdSendSignal: simple("pidfdSendSignal", "pidfd_send_signal", (pidfd, signal) => [pidfd, signal, null, 0]),

    open: repeated("open", "openat", (name, flags, mode = 0) => [AT_FDCWD, path(name), flags, mode]),
    openat2: (dirfd, name, how) => {
      const { flags, mode = 0, resolve = 0 } = how
      const beneath = (resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) !== 0
      for (let attempt = 1; ; attempt++) {
        const result = raw("openat2", dirfd, path(name), words64(flags, mode, resolve), 24)
        if (result >= 0) return result
        const overtaken = result === -EAGAIN && beneath && attempt < openAttempts
        if (result !== -EINTR && !overtaken) throw failed("openat2", result, [dirfd, name, how])
      }
    },
    // Never repeated: Linux has released the descriptor even when close(2) says EINTR.
    close: simple("close", "close", (fd) => [fd]),
    closeRange: simple("closeRange", "close_range", (first, last, flags) => [first, last, flags]),
    dup3: simple("dup3", "dup3", (from, to, flags) => [from, to, flags]),
    read: repeated("read", "read", (fd, into) => [fd, into, into.length]),
    readOnce: simple("readOnce", "read", (fd, into) => [fd, into, into.length]),
    write: repeated("write", "write", (fd, bytes) => [fd, bytes, bytes.length]),
    copyFileRange: repeated("copyFileRange", "copy_file_range", (from, to, bytes) => [from, null, to, null, bytes, 0]),
    fcntl: simple("fcntl", "fcntl", (fd, command, argument = 0) => [fd, command, argument]),
    ioctl: simple("ioctl", "ioctl", (fd, request, argument) => [fd, request, argument]),
    poll: (requests, timeout) => {
      const entries = words32(...requests.flatMap(({ fd, events }) => [fd, events]))
      const limit = timeout === null ? null : words64(...timespec(BigInt(timeout) * 1_000_000n))
      let result: number
      // The kernel writes the time that is left into `limit`, so a repetition does not wait longer.
      do result = raw("ppoll", entries, requests.length, limit, null, signalSetSize)
      while (result === -EINTR)
      if (result < 0) throw failed("poll", result, [requests, timeout])
      return requests.map((_, index) => word32At(entries, index * 8 + 4) >>> 16)
    },
    flock: repeated("flock", "flock", (fd, operation) => [fd, operation]),
    syncfs: simple("syncfs", "syncfs", (fd) => [fd]),
    adjtimex: simple("adjtimex", "adjtimex", (into) => [into]),

    mknod: simple("mknod", "mknodat", (name, mode, major, minor) => [
      AT_FDCWD,
      path(name),
      mode,
      deviceNumber(major, minor)
    ]),
    lchown: simple("lchown", "fchownat", (name, uid, gid) => [AT_FDCWD, path(name), uid, gid, AT_SYMLINK_NOFOLLOW]),
    utimensat: simple("utimensat", "utimensat", (name, atime, mtime, flags) => [
      AT_FDCWD,
      path(name),
      words64(...timespec(atime), ...timespec(mtime)),
      flags
    ]),
    lsetxattr: simple("lsetxattr", "lsetxattr", (name, attribute, value, flags = 0) => [
      path(name),
      path(attribute),
      value,
      value.length,
      flags
    ]),
    lgetxattr: (name, attribute) => {
      const value = sized((into) => raw("lgetxattr", path(name), path(attribute), into, into.length))
      if (typeof value === "number") throw failed("lgetxattr", value, [name, attribute])
      return value
    },
    llistxattr: (name) => {
      const names = sized((into) => raw("llistxattr", path(name), into, into.length))
      if (typeof names === "number") throw failed("llistxattr", names, [name])
      return cStrings(names)
    },
    lremovexattr: simple("lremovexattr", "lremovexattr", (name, attribute) => [path(name), path(attribute)]),

    socket: simple("socket", "socket", (domain, type, protocol) => [domain, type, protocol]),
    bind: simple("bind", "bind", (fd, address) => [fd, address, address.length]),
    connect: simple("connect", "connect", (fd, address) => [fd, address, address.length]),
    setsockopt: simple("setsockopt", "setsockopt", (fd, level, option, value) => [
      fd,
      level,
      option,
      value,
      value.length
    ]),
    sendto: repeated("sendto", "sendto", (fd, bytes, flags, address) => [
      fd,
      bytes,
      bytes.length,
      flags,
      address,
      address === null ? 0 : address.length
    ]),
    recvfrom: repeated("recvfrom", "recvfrom", (fd, into, flags, address) => [
      fd,
      into,
      into.length,
      flags,
      address ?? null,
      address === undefined ? null : words32(address.length)
    ]),
    receiveDescriptor: (fd) => {
      const byte = new Uint8Array(64)
      const control = new Uint8Array(24)
      return withAddresses([byte, control], ([bytes = 0n, controls = 0n]) =>
        withAddresses([words64(bytes, byte.length)], ([vector = 0n]) => {
          // struct msghdr of 64-bit processors; control messages are a header of 16 bytes and the descriptor.
          const header = words64(0, 0, vector, 1, controls, control.length, 0)
          let result: number
          do result = raw("recvmsg", fd, header, MSG_CMSG_CLOEXEC)
          while (result === -EINTR)
          if (result < 0) throw failed("receiveDescriptor", result, [fd])
          const rights = word32At(control, 8) === SOL_SOCKET && word32At(control, 12) === SCM_RIGHTS
          return word64At(control, 0) >= 20n && rights ? word32At(control, 16) : undefined
        })
      )
    },
    listen: simple("listen", "listen", (fd, backlog) => [fd, backlog]),
    accept4: repeated("accept4", "accept4", (fd, flags) => [fd, null, null, flags]),
    bpf: simple("bpf", "bpf", (command, attributes) => [command, attributes, attributes.length])
  }
}

/** Host and domain names go without a zero byte, with their length. */
const named = (name: string): ReadonlyArray<Argument> => {
  const bytes = new TextEncoder().encode(name)
  return [bytes, bytes.length]
}
