import {
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFMT,
  S_IFREG
} from "../../constants.ts"
import { makeCaller, type Argument } from "../../kernel-call.ts"
import { deviceNumber, word32At } from "../../memory.ts"
import { SyscallError } from "../../SyscallError.ts"
import type { SyscallName } from "../../syscall-numbers.ts"
import type { Syscalls } from "../../Syscalls.ts"
import { writeAll } from "../../write-all.ts"
import type { FileKind, Files } from "../Kernel.ts"
import type { RemoteCalls } from "./remote-calls.ts"

const ENOENT = 2
const ENOTDIR = 20

/** STATX_BASIC_STATS of statx(2), and the length of what it fills. */
const basicStats = 0x7ff
const statxBytes = 256
const nowhere = new Uint8Array(statxBytes)

/** Bytes that cross in one piece. */
const piece = 65_536

/** The file operations of init by system calls of another process: its root, its working directory, its descriptors. */
export const remoteFiles = (
  sys: Syscalls,
  { ffi, together }: Pick<RemoteCalls, "ffi" | "together">,
  host: Pick<Files, "load" | "store">
): Files => {
  const { raw } = makeCaller(ffi)

  const checked = (name: SyscallName, path: string, ...args: ReadonlyArray<Argument>): number => {
    const result = raw(name, ...args)
    if (result < 0) throw new SyscallError({ call: name, errno: -result, detail: path })
    return result
  }

  const opened = <A>(path: string, flags: number, mode: number, use: (fd: number) => A): A => {
    const fd = sys.open(path, flags | O_CLOEXEC, mode)
    try {
      return use(fd)
    } finally {
      sys.close(fd)
    }
  }

  /** All that a descriptor gives, piece by piece. */
  const drain = (next: (into: Uint8Array) => number): Uint8Array => {
    const pieces: Array<Uint8Array> = []
    for (;;) {
      const into = new Uint8Array(4096)
      const length = next(into)
      if (length === 0) return Buffer.concat(pieces)
      pieces.push(into.subarray(0, length))
    }
  }

  const statx = (path: string, flags: number, into: Uint8Array): number =>
    raw("statx", AT_FDCWD, path, flags, basicStats, into)

  const kindOf = (path: string, result: number, into: Uint8Array): FileKind | undefined => {
    if (result === -ENOENT || result === -ENOTDIR) return undefined
    if (result < 0) throw new SyscallError({ call: "statx", errno: -result, detail: path })
    const view = new DataView(into.buffer)
    const mode = view.getUint16(28, true)
    const type = mode & S_IFMT
    return {
      directory: type === S_IFDIR,
      executable: type === S_IFREG && (mode & 0o111) !== 0,
      device: type === S_IFBLK ? "block" : type === S_IFCHR ? "character" : undefined,
      rdev: deviceNumber(word32At(into, 128), word32At(into, 132)),
      mode,
      uid: word32At(into, 20),
      gid: word32At(into, 24),
      size: Number(view.getBigUint64(40, true))
    }
  }

  return {
    ...host,
    read: (path) => opened(path, O_RDONLY, 0, (fd) => new TextDecoder().decode(drain((into) => sys.read(fd, into)))),
    write: (path, content, mode = 0o644) =>
      opened(path, O_WRONLY | O_CREAT | O_TRUNC, mode, (fd) => {
        const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content
        for (let at = 0; at < bytes.length; at += piece) writeAll(sys, fd, bytes.subarray(at, at + piece))
      }),
    makeDirectory: (path, mode) => void checked("mkdirat", path, AT_FDCWD, path, mode),
    link: (target, path) => void checked("symlinkat", path, target, AT_FDCWD, path),
    readLink: (path) => {
      const into = new Uint8Array(4096)
      return new TextDecoder().decode(into.subarray(0, checked("readlinkat", path, AT_FDCWD, path, into, into.length)))
    },
    list: (path) =>
      opened(path, O_RDONLY | O_DIRECTORY, 0, (fd) =>
        namesIn(drain((into) => checked("getdents64", path, fd, into, into.length)))
      ),
    kind: (path) => {
      const into = new Uint8Array(statxBytes)
      return kindOf(path, statx(path, 0, into), into)
    },
    ownKinds: (paths) => {
      const room = paths.map(() => new Uint8Array(statxBytes))
      const results = together(() => paths.forEach((path, at) => statx(path, AT_SYMLINK_NOFOLLOW, room[at] ?? nowhere)))
      return paths.map((path, at) => kindOf(path, results[at] ?? -ENOENT, room[at] ?? nowhere))
    },
    chown: (path, uid, gid) => void checked("fchownat", path, AT_FDCWD, path, uid, gid, 0)
  }
}

/** Names among records of getdents64(2): 8 bytes inode, 8 offset, 2 length of the record, 1 type, the name, a zero byte. */
const namesIn = (records: Uint8Array): ReadonlyArray<string> => {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength)
  const names: Array<string> = []
  for (let at = 0; at < records.length; at += view.getUint16(at + 16, true)) {
    const end = records.indexOf(0, at + 19)
    const name = new TextDecoder().decode(records.subarray(at + 19, end))
    if (name !== "." && name !== "..") names.push(name)
  }
  return names
}
