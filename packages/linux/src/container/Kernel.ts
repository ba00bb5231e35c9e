import * as fs from "node:fs"
import { dirname } from "node:path"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import { O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY } from "../constants.ts"
import { loadSyscallsSync } from "../load.ts"
import type { Syscalls } from "../Syscalls.ts"
import { writeAll } from "../write-all.ts"

/** What `lstat` says about a path, as far as init looks. */
export interface FileKind {
  readonly directory: boolean
  readonly executable: boolean
  readonly device: "block" | "character" | undefined
  /** Device number as the kernel packs it; 0 for everything else. */
  readonly rdev: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Bytes. */
  readonly size: number
}

/** The few file operations that init needs besides system calls. All are synchronous; all throw the runtime's errors. */
export interface Files {
  readonly read: (path: string) => string
  /** A new file gets the mode, 0644 when absent, as far as the umask allows. */
  readonly write: (path: string, content: string | Uint8Array, mode?: number) => void
  /** The bytes of a file; undefined when it is not there or empty. */
  readonly load: (path: string) => Uint8Array | undefined
  /** Writes a file in one step, for its owner only, making its directory. */
  readonly store: (path: string, bytes: Uint8Array) => void
  readonly makeDirectory: (path: string, mode: number) => void
  readonly link: (target: string, path: string) => void
  readonly readLink: (path: string) => string
  readonly list: (path: string) => ReadonlyArray<string>
  /** Follows symbolic links. Undefined when there is nothing. */
  readonly kind: (path: string) => FileKind | undefined
  /** Of each path; does not follow symbolic links: a link is neither a directory nor executable. */
  readonly ownKinds: (paths: ReadonlyArray<string>) => ReadonlyArray<FileKind | undefined>
  /** Follows symbolic links. */
  readonly chown: (path: string, uid: number, gid: number) => void
}

/** Everything outside that init and join touch. Tests pass a double. */
export interface Kernel {
  readonly sys: Syscalls
  readonly files: Files
  /** Some calls may be made later than they are asked for. Makes those, and throws what fails. */
  readonly settle?: () => void
  /** Makes calls that have nothing to do with each other, in order, and returns what each gave. Throws for the first that failed. */
  readonly together?: (asks: ReadonlyArray<() => number>) => ReadonlyArray<number>
  /** Makes the calls that `ask` makes when they are asked for. */
  readonly now?: <A>(ask: () => A) => A
  /** Has the process wait for the end of its standard input and end itself then, with nobody who tells it anything. */
  readonly leave?: () => void
  /** A descriptor of a namespace of users with these maps; absent where none can be had. */
  readonly userNamespace?: (maps: IdMaps) => number
}

/** A namespace of users with these maps, as a descriptor. Throws where none can be had. */
export const userNamespaceIn = ({ userNamespace }: Kernel, maps: IdMaps): number => {
  if (userNamespace === undefined) throw new Error("a process that is started in this way gets no namespaces of users")
  return userNamespace(maps)
}

/** Makes calls whose failure is not the end: it is thrown at once, as what it is. */
export const now = <A>(kernel: Kernel, ask: () => A): A => (kernel.now === undefined ? ask() : kernel.now(ask))

/**
 * Makes a call for each of several things, none of which has to do with another, and returns what each gave: many calls
 * of another process cost as much as one, when they go together.
 */
export const together = <A>(
  kernel: Kernel,
  items: ReadonlyArray<A>,
  call: (item: A, at: number) => number
): ReadonlyArray<number> =>
  kernel.together === undefined ? items.map(call) : kernel.together(items.map((item, at) => () => call(item, at)))

/** What is at a path itself. */
export const ownKind = ({ files }: Pick<Kernel, "files">, path: string): FileKind | undefined =>
  files.ownKinds([path])[0]

/** Makes calls that have been asked for, before something whose failure is taken for another one. */
export const settle = (kernel: Kernel): void => kernel.settle?.()

const kindOf = (stat: fs.Stats | undefined): FileKind | undefined =>
  stat === undefined
    ? undefined
    : {
        directory: stat.isDirectory(),
        executable: stat.isFile() && (stat.mode & 0o111) !== 0,
        device: stat.isBlockDevice() ? "block" : stat.isCharacterDevice() ? "character" : undefined,
        rdev: stat.rdev,
        mode: stat.mode,
        uid: stat.uid,
        gid: stat.gid,
        size: stat.size
      }

/** `throwIfNoEntry` covers ENOENT; a path through a file is as absent. */
const statOrNothing = (stat: () => fs.Stats | undefined): FileKind | undefined => {
  try {
    return kindOf(stat())
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined
    throw error
  }
}

/** By system calls: Deno's own file functions do not find descriptors again that were opened around it. */
const writeFile = (sys: Syscalls, path: string, content: string | Uint8Array, mode = 0o644): void => {
  const fd = sys.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
  try {
    writeAll(sys, fd, typeof content === "string" ? new TextEncoder().encode(content) : content)
  } finally {
    sys.close(fd)
  }
}

/** The host's own files. */
export const hostFiles = (sys: Syscalls): Files => ({
  read: (path) => fs.readFileSync(path, "utf8"),
  write: (path, content, mode) => writeFile(sys, path, content, mode),
  load: (path) => {
    if (!fs.existsSync(path)) return undefined
    const bytes = fs.readFileSync(path)
    return bytes.length === 0 ? undefined : bytes
  },
  store: (path, bytes) => {
    fs.mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const draft = `${path}.${fs.readlinkSync("/proc/self")}`
    fs.writeFileSync(draft, bytes, { mode: 0o600 })
    fs.renameSync(draft, path)
  },
  makeDirectory: (path, mode) => fs.mkdirSync(path, mode),
  link: (target, path) => fs.symlinkSync(target, path),
  readLink: (path) => fs.readlinkSync(path),
  list: (path) => fs.readdirSync(path),
  kind: (path) => statOrNothing(() => fs.statSync(path, { throwIfNoEntry: false })),
  ownKinds: (paths) => paths.map((path) => statOrNothing(() => fs.lstatSync(path, { throwIfNoEntry: false }))),
  chown: (path, uid, gid) => fs.chownSync(path, uid, gid)
})

/** The kernel of this host. Throws when the runtime has no way to issue system calls. */
export const realKernel = (): Kernel => {
  const sys = loadSyscallsSync()
  return { sys, files: hostFiles(sys) }
}
