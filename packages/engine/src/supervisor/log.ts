import * as fs from "node:fs"

/** Which stream a line came from. */
export type LogStream = "stdout" | "stderr"

/** Longest piece of a line that is one record, in bytes; Docker's. A longer line is several records. */
export const longestRecord = 16_384

const newline = 0x0a

/**
 * Cuts what a stream writes into records: a line with its newline, or 16 KiB of a longer line. What has no newline
 * yet is kept until it gets one, or until `end`.
 */
export const makeSplitter = (): {
  readonly push: (bytes: Uint8Array) => ReadonlyArray<Uint8Array>
  readonly end: () => ReadonlyArray<Uint8Array>
} => {
  let pending: Array<Uint8Array> = []
  let length = 0

  const take = (): Uint8Array => {
    const whole = new Uint8Array(length)
    let at = 0
    for (const piece of pending) {
      whole.set(piece, at)
      at += piece.length
    }
    pending = []
    length = 0
    return whole
  }

  const push = (bytes: Uint8Array): ReadonlyArray<Uint8Array> => {
    const records: Array<Uint8Array> = []
    let at = 0
    while (at < bytes.length) {
      const room = at + longestRecord - length
      const end = bytes.indexOf(newline, at)
      const cut = end < 0 || end >= room ? Math.min(room, bytes.length) : end + 1
      // Copied: the caller may reuse its memory.
      pending.push(bytes.slice(at, cut))
      length += cut - at
      at = cut
      if (length === longestRecord || (end >= 0 && cut === end + 1)) records.push(take())
    }
    return records
  }

  return { push, end: () => (length === 0 ? [] : [take()]) }
}

/** One record as it is written. Bytes that are not UTF-8 are kept exactly, as base64. */
export type LogRecord = { readonly stream: LogStream; readonly time: string } & (
  | { readonly log: string }
  | { readonly base64: string }
)

/** A record of bytes. `time` is RFC 3339. */
export const recordOf = (bytes: Uint8Array, stream: LogStream, time: string): LogRecord => {
  const text = textOf(bytes)
  const content = text === undefined ? { base64: Buffer.from(bytes).toString("base64") } : { log: text }
  return { ...content, stream, time }
}

/** The line of a record: Docker's json-file format, with its newline. */
const encodeRecord = (bytes: Uint8Array, stream: LogStream, time: string): string =>
  `${JSON.stringify(recordOf(bytes, stream, time))}\n`

/** The bytes of a record, exactly as they were written. */
export const bytesOf = (record: LogRecord): Uint8Array =>
  "log" in record ? new TextEncoder().encode(record.log) : new Uint8Array(Buffer.from(record.base64, "base64"))

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** A container's log: `log.json`, with `log.json.1` and so on behind it, the oldest last. */
export interface Log {
  /** Keeps whole lines. Synchronous: when it returns, the kernel has them. */
  readonly append: (stream: LogStream, bytes: Uint8Array) => void
  /** Keeps what has no newline: nothing of its line is to come. */
  readonly settle: () => void
  /** Settles, and closes. */
  readonly end: () => void
}

/** How much of a log is kept. */
export interface LogLimits {
  /** Bytes after which a new file begins. */
  readonly maxBytes: number
  /** Files that are kept, the current one included. At least 1. */
  readonly files: number
}

/** Opens a log for appending; what an earlier start of the container wrote stays. */
export const openLog = (directory: string, { files, maxBytes }: LogLimits, now: () => Date): Log => {
  const path = `${directory}/log.json`
  const splitters = { stdout: makeSplitter(), stderr: makeSplitter() }
  let fd = fs.openSync(path, "a+", 0o640)
  let size = fs.fstatSync(fd).size
  // A supervisor that was killed while it wrote has left half a record; the next one begins on a line of its own.
  if (size > 0 && !endsLine(fd, size)) size += fs.writeSync(fd, "\n")

  /** The file ends in half a record, because the disk was full. */
  let torn = false

  /** Nothing changes when there is no room for a new file: the old one goes on then. */
  const rotate = (): void => {
    let next: number | undefined
    try {
      next = fs.openSync(`${path}.next`, "w", 0o640)
      for (let number = files - 1; number > 1; number--) move(`${path}.${number - 1}`, `${path}.${number}`)
      // A new file in any case: who follows the log tells by it that the old one is complete.
      if (files > 1) move(path, `${path}.1`)
      fs.renameSync(`${path}.next`, path)
    } catch {
      if (next !== undefined) fs.closeSync(next)
      return
    }
    fs.closeSync(fd)
    fd = next
    size = 0
    torn = false
  }

  /** A full disk costs lines of the log, never the container: its clients still get every byte. */
  const write = (text: string): void => {
    const bytes = Buffer.from(torn ? `\n${text}` : text)
    let at = 0
    try {
      while (at < bytes.length) at += fs.writeSync(fd, bytes, at)
      torn = false
    } catch {
      torn ||= at > 0
    }
    size += at
  }

  const keep = (stream: LogStream, records: ReadonlyArray<Uint8Array>): void => {
    if (records.length === 0) return
    const time = now().toISOString()
    let lines = ""
    let bytes = 0
    const flush = () => {
      write(lines)
      lines = ""
      bytes = 0
    }
    for (const record of records) {
      const line = encodeRecord(record, stream, time)
      const length = Buffer.byteLength(line)
      if (size + bytes + length > maxBytes && size + bytes > 0) {
        flush()
        rotate()
      }
      lines += line
      bytes += length
    }
    flush()
  }

  const settle = () => {
    keep("stdout", splitters.stdout.end())
    keep("stderr", splitters.stderr.end())
  }

  return {
    append: (stream, bytes) => keep(stream, splitters[stream].push(bytes)),
    settle,
    end: () => {
      settle()
      fs.closeSync(fd)
    }
  }
}

const endsLine = (fd: number, size: number): boolean => {
  const last = new Uint8Array(1)
  return fs.readSync(fd, last, 0, 1, size - 1) === 1 && last[0] === newline
}

const move = (from: string, to: string): void => {
  try {
    fs.renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
  }
}
