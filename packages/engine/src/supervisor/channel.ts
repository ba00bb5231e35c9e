import * as fs from "node:fs"
import { loadSyscallsSync } from "@gantry/linux/load"

/** What a descriptor is; the runtimes need to be told. */
export type ChannelKind = "pipe" | "terminal"

/** Bytes that come out of a descriptor, which it owns and closes. */
export interface Source {
  /** Asks for more only when the last piece was used. Ends at end of file and when cancelled. */
  readonly chunks: AsyncIterable<Uint8Array>
  readonly cancel: () => void
}

/** A descriptor that takes bytes, which it owns and closes. */
export interface Sink {
  /** Resolves when the bytes were taken. A reader that has gone takes them too. */
  readonly write: (bytes: Uint8Array) => Promise<void>
  /** Closes after what was written before. A second call does nothing. */
  readonly end: () => void
}

/** The part of the global `Bun` that is used. */
interface BunFiles {
  readonly file: (fd: number) => {
    readonly stream: () => ReadableStream<Uint8Array>
  }
}

const bun = (globalThis as unknown as { readonly Bun?: BunFiles }).Bun

/** Not the runtime's own: Deno does not know descriptors that came from a system call. */
const closeFd = (fd: number): void => loadSyscallsSync().close(fd)

/** Reads a non-blocking pipe, or the master of a terminal, on the event loop. */
export const openSource = async (fd: number, kind: ChannelKind): Promise<Source> => {
  if (kind === "terminal") {
    const { ReadStream } = await import("node:tty")
    return sourceOfStream(new ReadStream(fd))
  }
  if (bun !== undefined) return sourceOfReader(fd, bun.file(fd).stream().getReader())
  const { Socket } = await import("node:net")
  return sourceOfStream(new Socket({ fd, readable: true, writable: false }))
}

/** This process's standard input. In Bun `process.stdin` takes ten milliseconds to be made, a good part of a start. */
export const standardInput = (): AsyncIterable<Uint8Array> =>
  bun === undefined ? process.stdin : piecesOf(bun.file(0).stream().getReader())

/** How long reading may keep the event loop to itself, in milliseconds. */
const longestWithoutTurn = 10

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function* piecesOf(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  let turned = performance.now()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
    // As long as more is there at once, reading goes on without a turn of the event loop: nobody else would be heard.
    if (performance.now() - turned < longestWithoutTurn) continue
    await turn()
    turned = performance.now()
  }
}

/** Bun leaves the descriptor open at the end of the stream. */
const sourceOfReader = (fd: number, reader: ReadableStreamDefaultReader<Uint8Array>): Source => {
  let open = true
  const close = () => {
    if (open) closeFd(fd)
    open = false
  }
  async function* chunks() {
    try {
      yield* piecesOf(reader)
    } finally {
      close()
    }
  }
  return { chunks: chunks(), cancel: () => void reader.cancel().then(close, close) }
}

const sourceOfStream = (stream: NodeJS.ReadableStream & { readonly destroy: () => void }): Source => {
  async function* chunks() {
    try {
      for await (const chunk of stream) yield chunk as unknown as Uint8Array
    } catch (error) {
      // EIO: the last process has closed the terminal. A premature end is our own cancellation.
      const { code } = error as NodeJS.ErrnoException
      if (code !== "EIO" && code !== "ERR_STREAM_PREMATURE_CLOSE") throw error
    }
  }
  return { chunks: chunks(), cancel: () => stream.destroy() }
}

/** Writes to a pipe or the master of a terminal without holding up the event loop. */
export const openSink = async (fd: number, kind: ChannelKind): Promise<Sink> => {
  // Bun's own writer keeps a copy of the descriptor, so that the reader would never see the end. Here a write waits in
  // a thread of the runtime.
  if (kind === "terminal" || bun !== undefined) {
    return inOrder(
      (bytes) => writeFile(fd, bytes),
      () => closeFd(fd)
    )
  }
  const { Socket } = await import("node:net")
  const socket = new Socket({ fd, readable: false, writable: true })
  socket.on("error", () => undefined)
  return {
    write: (bytes) =>
      new Promise((resolve) => {
        if (socket.destroyed) resolve()
        else socket.write(bytes, () => resolve())
      }),
    end: () => void socket.end()
  }
}

/** Writes one after the other; the reader's absence ends the writing quietly. */
const inOrder = (write: (bytes: Uint8Array) => Promise<void>, close: () => void): Sink => {
  let last: Promise<void> = Promise.resolve()
  let open = true
  return {
    write: (bytes) => {
      last = last.then(() => (open ? write(bytes) : undefined)).catch(() => undefined)
      return last
    },
    end: () => {
      void last.then(() => {
        if (open) close()
        open = false
      })
    }
  }
}

const writeFile = (fd: number, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    fs.write(fd, bytes, (error, written) => {
      if (error !== null) reject(error)
      else resolve(written < bytes.length ? writeFile(fd, bytes.subarray(written)) : undefined)
    })
  })
