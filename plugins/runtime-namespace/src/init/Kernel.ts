import * as fs from "node:fs"
import { loadSyscallsSync } from "@gantry/linux/load"
import type { Syscalls } from "@gantry/linux/Syscalls"

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
}

/** The few file operations that init needs besides system calls. All are synchronous; all throw the runtime's errors. */
export interface Files {
  readonly read: (path: string) => string
  /** A new file gets mode 0644, whatever the umask. */
  readonly write: (path: string, text: string) => void
  readonly makeDirectory: (path: string, mode: number) => void
  readonly link: (target: string, path: string) => void
  readonly readLink: (path: string) => string
  readonly list: (path: string) => ReadonlyArray<string>
  /** Follows symbolic links. Undefined when there is nothing. */
  readonly kind: (path: string) => FileKind | undefined
  /** Does not follow symbolic links: a link is neither a directory nor executable. */
  readonly ownKind: (path: string) => FileKind | undefined
  readonly chown: (fd: number, uid: number, gid: number) => void
}

/** Everything outside that init and join touch. Tests pass a double. */
export interface Kernel {
  readonly sys: Syscalls
  readonly files: Files
}

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
        gid: stat.gid
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

const files: Files = {
  read: (path) => fs.readFileSync(path, "utf8"),
  write: (path, text) => fs.writeFileSync(path, text, { mode: 0o644 }),
  makeDirectory: (path, mode) => fs.mkdirSync(path, mode),
  link: (target, path) => fs.symlinkSync(target, path),
  readLink: (path) => fs.readlinkSync(path),
  list: (path) => fs.readdirSync(path),
  kind: (path) => statOrNothing(() => fs.statSync(path, { throwIfNoEntry: false })),
  ownKind: (path) => statOrNothing(() => fs.lstatSync(path, { throwIfNoEntry: false })),
  chown: (fd, uid, gid) => fs.fchownSync(fd, uid, gid)
}

/** The kernel of this host. Throws when the runtime has no way to issue system calls. */
export const realKernel = (): Kernel => ({ sys: loadSyscallsSync(), files })
