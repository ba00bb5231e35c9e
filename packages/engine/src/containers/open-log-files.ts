import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs"

interface LogFile {
  readonly path: string
  readonly inode: bigint
}

/** Files of a container's log, the oldest first. */
const filesOf = (directory: string): ReadonlyArray<LogFile> => {
  const found: Array<LogFile> = []
  for (let number = 0; ; number++) {
    const path = `${directory}/log.json${number === 0 ? "" : `.${number}`}`
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
    // The newest one is missing for a moment while a new file is begun.
    if (stat === undefined && number > 0) return found
    if (stat !== undefined) found.unshift({ path, inode: stat.ino })
  }
}

/** Whole lines of one piece of a file, as they stand there. */
type Piece = ReadonlyArray<string>

/** The log of a container, read from where it was stopped last, also when new files were begun meanwhile. */
export interface OpenLogFiles {
  /** As much as there is when this begins: somebody who writes faster than it is read is not followed for ever. */
  readonly past: () => Iterable<Piece>
  /** All lines that have come since. */
  readonly next: () => Piece
  readonly close: () => void
}

/** Opens the files of the log in a container's directory, to be read from the oldest one on. */
export const openLogFiles = (directory: string): OpenLogFiles => {
  const buffer = Buffer.allocUnsafe(1 << 16)
  let open: LogFile & { readonly fd: number } = { fd: -1, path: "", inode: -1n }
  /** The file that was begun after this one, once it is found. */
  let next: typeof open | undefined
  let position = 0
  let consumed = 0
  let rest = ""
  let decoder = new TextDecoder()
  const rewind = (): void => {
    position = 0
    // What has no end here never gets one.
    rest = ""
    decoder = new TextDecoder()
  }
  const closeFile = ({ fd }: typeof open): void => {
    if (fd >= 0) closeSync(fd)
  }
  function* drain(): Generator<Piece> {
    if (open.fd < 0) return
    // A log of one file only is emptied in its place.
    if (fstatSync(open.fd).size < position) rewind()
    for (;;) {
      const size = readSync(open.fd, buffer, 0, buffer.length, position)
      if (size === 0) return
      position += size
      consumed += size
      const parts = (rest + decoder.decode(buffer.subarray(0, size), { stream: true })).split("\n")
      rest = parts.pop() ?? ""
      yield parts
    }
  }
  /** Opens the file that was begun after this one; none when there is none. A file that is gone is passed over. */
  const following = (): typeof open | undefined => {
    for (;;) {
      const files = filesOf(directory)
      const found = files[files.findIndex(({ inode }) => inode === open.inode) + 1]
      if (found === undefined) return undefined
      const fd = openIfThere(found.path)
      // Renamed between the look and the opening: another look tells.
      if (fd === undefined) continue
      if (fstatSync(fd, { bigint: true }).ino === found.inode) return { ...found, fd }
      closeSync(fd)
    }
  }
  /** All that is there and was not read yet, piece by piece; whoever stops can go on with another one of these. */
  function* pieces(): Generator<Piece> {
    for (;;) {
      yield* drain()
      next ??= following()
      if (next === undefined) return
      // What was written between the last read and the begin of the new file is still in the old one.
      yield* drain()
      closeFile(open)
      open = next
      next = undefined
      rewind()
    }
  }
  return {
    past: function* (): Generator<Piece> {
      const end = filesOf(directory).reduce((sum, { path }) => sum + sizeOf(path), 0)
      for (const piece of pieces()) {
        yield piece
        if (consumed >= end) return
      }
    },
    next: (): ReadonlyArray<string> => [...pieces()].flat(),
    close: (): void => {
      closeFile(open)
      if (next !== undefined) closeFile(next)
    }
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

const openIfThere = (path: string): number | undefined => {
  try {
    return openSync(path, "r")
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined
    throw cause
  }
}
