import { describeArguments } from "../describe-call.ts"
import { errnoNumber } from "../errno.ts"
import { SyscallError } from "../SyscallError.ts"
import type { CapabilitySets, ResourceLimit, Syscalls } from "../Syscalls.ts"

/** What each call answers. */
type Answers = {
  readonly [Name in keyof Syscalls]: (...args: Parameters<Syscalls[Name]>) => ReturnType<Syscalls[Name]>
}

/** Answers that a test gives in place of the kernel. They may throw, best with {@link Recording.error}. */
export type Script = Partial<Omit<Answers, "withAddresses">>

/** A double of the kernel that does nothing and writes down everything. */
export interface Recording {
  readonly syscalls: Syscalls
  /** The calls so far, such as `umount2("/mnt", MNT_DETACH)`. Grows while the double is used. */
  readonly calls: ReadonlyArray<string>
  /** Makes a coming call of that name fail: the next one, or the one after `skip` successful ones. */
  readonly failNext: (name: keyof Syscalls, code: string, skip?: number) => void
  /** The error that the kernel would have thrown. */
  readonly error: <Name extends keyof Syscalls>(
    name: Name,
    code: string,
    ...args: Parameters<Syscalls[Name]>
  ) => SyscallError
}

/** Thrown by the double's `execve`, which has no process to replace. */
export class Executed extends Error {
  readonly path: string
  readonly argv: ReadonlyArray<string>
  readonly env: ReadonlyArray<string>

  constructor(path: string, argv: ReadonlyArray<string>, env: ReadonlyArray<string>) {
    super(`execve ${path}`)
    this.name = "Executed"
    this.path = path
    this.argv = argv
    this.env = env
  }
}

const noCapabilities: CapabilitySets = { effective: 0n, permitted: 0n, inheritable: 0n }
const noLimit: ResourceLimit = { soft: 0xffffffffffffffffn, hard: 0xffffffffffffffffn }

const text = (value: string | Uint8Array) => (typeof value === "string" ? value : new TextDecoder().decode(value))

const nothing = () => undefined
const zero = () => 0
const allOf = (_fd: number, bytes: Uint8Array) => bytes.length

const error: Recording["error"] = (name, code, ...args) =>
  new SyscallError({ call: name, errno: errnoNumber(code), detail: describeArguments(name, args) })

/** Makes a double. A call that `script` does not answer succeeds; file descriptors count up from 100. */
export const makeRecording = (script: Script = {}): Recording => {
  const calls: Array<string> = []
  const failures: Array<{ readonly name: string; readonly code: string; skip: number }> = []
  let nextFd = 100
  const descriptor = () => nextFd++

  const answers: Omit<Answers, "withAddresses"> = {
    mount: nothing,
    umount2: nothing,
    pivotRoot: nothing,
    openTree: descriptor,
    moveMount: nothing,
    mountSetattr: nothing,
    fsopen: descriptor,
    fsconfig: nothing,
    fsmount: descriptor,
    unshare: nothing,
    setns: nothing,
    sethostname: nothing,
    setdomainname: nothing,
    chroot: nothing,
    chdir: nothing,
    fchdir: nothing,
    umask: () => 0o022,
    prctl: zero,
    capget: () => noCapabilities,
    capset: nothing,
    setgroups: nothing,
    setresuid: nothing,
    setresgid: nothing,
    getrlimit: () => noLimit,
    setrlimit: nothing,
    prlimit: () => noLimit,
    seccomp: nothing,
    execve: (path, argv, env) => {
      throw new Executed(text(path), argv.map(text), env.map(text))
    },
    resetSignals: nothing,
    setsid: () => 1,
    kill: nothing,
    pipe2: () => [descriptor(), descriptor()] as const,
    getcpu: zero,
    schedGetaffinity: () => Uint8Array.of(1),
    schedSetaffinity: nothing,
    memfdCreate: descriptor,
    pidfdOpen: descriptor,
    pidfdGetfd: descriptor,
    wait4: () => ({ code: 0 }),
    pidfdSendSignal: nothing,
    open: descriptor,
    openat2: descriptor,
    close: nothing,
    closeRange: nothing,
    dup3: (_from, to) => to,
    read: zero,
    readOnce: zero,
    interrupts: nothing,
    write: allOf,
    copyFileRange: zero,
    fcntl: zero,
    ioctl: zero,
    poll: (requests) => requests.map(zero),
    flock: nothing,
    syncfs: nothing,
    adjtimex: zero,
    mknod: nothing,
    lchown: nothing,
    utimensat: nothing,
    lsetxattr: nothing,
    lgetxattr: () => new Uint8Array(0),
    llistxattr: () => [],
    lremovexattr: nothing,
    socket: descriptor,
    bind: nothing,
    connect: nothing,
    setsockopt: nothing,
    sendto: (_fd, bytes) => bytes.length,
    recvfrom: zero,
    receiveDescriptor: descriptor,
    listen: nothing,
    accept4: descriptor,
    bpf: descriptor,
    ...script
  }

  /** One call: written down, then failed or answered. */
  const call =
    <Name extends keyof typeof answers>(name: Name) =>
    (...args: Parameters<Syscalls[Name]>): unknown => {
      calls.push(`${name}(${describeArguments(name, args)})`)
      const index = failures.findIndex((each) => each.name === name)
      const failure = failures[index]
      if (failure !== undefined && failure.skip-- <= 0) {
        failures.splice(index, 1)
        throw error(name, failure.code, ...args)
      }
      return answers[name](...args)
    }

  const names = Object.keys(answers) as ReadonlyArray<keyof typeof answers>
  const syscalls = {
    ...Object.fromEntries(names.map((name) => [name, call(name)])),
    withAddresses: (memory: ReadonlyArray<Uint8Array>, use: (addresses: ReadonlyArray<bigint>) => unknown) =>
      use(memory.map((_, index) => BigInt(index + 1) << 12n))
  } as unknown as Syscalls

  return {
    syscalls,
    calls,
    error,
    failNext: (name, code, skip = 0) => void failures.push({ name, code, skip })
  }
}
