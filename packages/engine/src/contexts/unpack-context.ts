import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  ftruncateSync,
  futimesSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeSync
} from "node:fs"
import { entryOfTar } from "@gantry/core/tree/entry-of-tar"
import { isBelow, joinPath, nameOf, parentOf, safePath } from "@gantry/core/tree/safe-path"
import { makeTarReader, type TarEntry } from "@gantry/core/tree/tar-read"
import { S_IFBLK, S_IFCHR, S_IFIFO } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import { rootless } from "@gantry/linux/rootless"

/** How much an archive may hold, so that a small one cannot fill the disk. */
export interface UnpackLimits {
  /** Of the archive, uncompressed. */
  readonly bytes: number
  readonly entries: number
}

/** Modes and times that directories get when nothing more is written into them. */
interface Dated {
  readonly mode: number
  readonly seconds: number
}

/** What stands at a path of the new tree. The nodes are the truth about what is on the disk. */
interface Node {
  readonly kind: "directory" | "file" | "symlink" | "pipe" | "device"
  readonly children: Map<string, Node>
  dated?: Dated
}

const secondsOf = (ns: bigint): number => Number(ns / 1_000_000n) / 1000

/** New, and never through a link. */
const created = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/**
 * Unpacks an archive of files to build from into a directory that is empty and that nobody else can write to.
 *
 * Nothing is written through a link of the archive: what stands at each path is kept in mind, and an entry below
 * anything but a directory is refused, as is a name that leads out. So no entry, whatever it is, ends up elsewhere.
 * Owners and extended attributes are left out: no copy takes them; and devices, where only the host's root could make
 * them. Throws an `Error` with a sentence
 * when the archive is broken, hostile or too large, and what the disk and `source` throw.
 */
export const unpackContext = async (
  root: string,
  source: AsyncIterable<Uint8Array>,
  limits: UnpackLimits
): Promise<void> => {
  const tree = new Tree(root)
  let entries = 0
  let bytes = 0
  const reader = makeTarReader({
    entry: (entry) => {
      if (++entries > limits.entries) throw new Error(`the archive has more than ${limits.entries} entries`)
      tree.begin(entry)
    },
    data: (piece) => tree.write(piece),
    hole: (length) => {
      // Holes cost nothing in the archive, and may claim to be of any size.
      bytes += length
      if (bytes > limits.bytes) throw new Error(`the archive holds more than ${limits.bytes} bytes`)
      tree.skip(length)
    },
    end: () => tree.end()
  })
  try {
    for await (const piece of source) {
      bytes += piece.length
      if (bytes > limits.bytes) throw new Error(`the archive holds more than ${limits.bytes} bytes`)
      const problem = reader.push(piece)
      if (problem !== undefined) throw new Error(`the archive is broken at byte ${problem.offset}: ${problem.why}`)
    }
    const problem = reader.finish()
    if (problem !== undefined) throw new Error(`the archive is broken at byte ${problem.offset}: ${problem.why}`)
  } finally {
    tree.close()
  }
  tree.finish()
}

const node = (kind: Node["kind"]): Node => ({ kind, children: new Map() })

/** The tree in the making. Paths are relative, as `safePath` makes them. */
class Tree {
  readonly #root: string
  readonly #top = node("directory")
  #file: { readonly fd: number; readonly dated: Dated; at: number } | undefined

  constructor(root: string) {
    this.#root = root
  }

  begin(tar: TarEntry): void {
    const path = safePath(tar.name)
    if (typeof path !== "string") throw new Error(`the archive names ${JSON.stringify(path.path)}: ${path.why}`)
    const entry = entryOfTar(tar, path, { from: "bytes", bytes: new Uint8Array() })
    if ("why" in entry) throw new Error(`the archive names ${JSON.stringify(entry.path)}: ${entry.why}`)
    const dated = { mode: entry.mode, seconds: secondsOf(entry.mtimeNs) }
    if (path === "") return
    const place = this.#place(path)
    switch (entry.type) {
      case "directory": {
        this.#directory(path).dated = dated
        return
      }
      case "file":
        this.#put(path, "file")
        this.#file = { fd: openSync(place, created, 0o600), dated, at: 0 }
        return
      case "symlink":
        this.#put(path, "symlink")
        symlinkSync(entry.target, place)
        lutimesSync(place, dated.seconds, dated.seconds)
        return
      case "hardlink": {
        const target = this.#find(entry.target)
        if (target === undefined || target.kind === "directory" || isBelow(entry.target, path)) {
          throw new Error(`the archive links ${quoted(path)} to ${quoted(entry.target)}, which is no file before it`)
        }
        if (entry.target === path) return
        this.#put(path, target.kind)
        linkSync(this.#place(entry.target), place)
        return
      }
      case "fifo":
        this.#put(path, "pipe")
        this.#special(place, S_IFIFO, dated)
        return
      case "char":
      case "block":
        if (rootless() !== undefined) return
        this.#put(path, "device")
        this.#special(place, entry.type === "char" ? S_IFCHR : S_IFBLK, dated, entry)
        return
      default:
    }
  }

  #special(place: string, format: number, { mode, seconds }: Dated, { major, minor } = { major: 0, minor: 0 }): void {
    loadSyscallsSync().mknod(place, format | 0o600, major, minor)
    chmodSync(place, mode)
    utimesSync(place, seconds, seconds)
  }

  write(piece: Uint8Array): void {
    const file = this.#file
    if (file === undefined) return
    for (let done = 0; done < piece.length;) {
      const size = writeSync(file.fd, piece, done, piece.length - done, file.at)
      done += size
      file.at += size
    }
  }

  skip(length: number): void {
    if (this.#file === undefined) return
    // A file grows by a hole when it is cut to a greater length.
    this.#file.at += length
    ftruncateSync(this.#file.fd, this.#file.at)
  }

  end(): void {
    const file = this.#file
    if (file === undefined) return
    this.#file = undefined
    try {
      fchmodSync(file.fd, file.dated.mode)
      futimesSync(file.fd, file.dated.seconds, file.dated.seconds)
    } finally {
      closeSync(file.fd)
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file.fd)
    this.#file = undefined
  }

  /** Gives directories their modes and times, those inside first. */
  finish(): void {
    const pending: Array<readonly [path: string, node: Node]> = [["", this.#top]]
    const directories: Array<readonly [path: string, dated: Dated]> = []
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const [path, { children, dated }] = next
      if (dated !== undefined) directories.push([path, dated])
      for (const [name, child] of children) if (child.kind === "directory") pending.push([joinPath(path, name), child])
    }
    for (const [path, { mode, seconds }] of directories.toReversed()) {
      chmodSync(this.#place(path), mode)
      utimesSync(this.#place(path), seconds, seconds)
    }
  }

  #place(path: string): string {
    return `${this.#root}/${path}`
  }

  #find(path: string): Node | undefined {
    let at: Node | undefined = this.#top
    for (const name of path.split("/")) at = at?.children.get(name)
    return at
  }

  /** The directory at a path; it is made, with those above it, where there is nothing. */
  #directory(path: string, given = false): Node {
    let at = this.#top
    let done = ""
    if (path === "") return at
    for (const name of path.split("/")) {
      done = joinPath(done, name)
      let next = at.children.get(name)
      if (next !== undefined && next.kind !== "directory") {
        if (given || done !== path) {
          throw new Error(`the archive puts something below ${quoted(done)}, which is a ${next.kind}`)
        }
        rmSync(this.#place(done))
        next = undefined
      }
      if (next === undefined) {
        next = node("directory")
        mkdirSync(this.#place(done))
        chmodSync(this.#place(done), 0o755)
        at.children.set(name, next)
      }
      at = next
    }
    return at
  }

  /** Makes room at a path for what is no directory, and takes away what stood there. */
  #put(path: string, kind: Node["kind"]): void {
    const { children } = this.#directory(parentOf(path), true)
    const name = nameOf(path)
    if (children.has(name)) rmSync(this.#place(path), { recursive: true })
    children.set(name, node(kind))
  }
}

const quoted = (path: string): string => JSON.stringify(path)
