import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http"
import { freePort, type RegistryServer } from "./registry.ts"
import { unread } from "./unread.ts"

/** A request that passed, and what was answered. */
export interface Passed {
  readonly method: string
  readonly path: string
  /** The header `range`, where there was one. */
  readonly range?: string
  readonly status: number
  /** Bytes of the answer's body that were handed to the client's connection. */
  bytes: number
}

/** Stands between a client and a plain registry server and counts. */
export interface CountingProxy {
  /** `127.0.0.1:port`. */
  readonly host: string
  /** What has passed since the beginning, or since the last `forget`. */
  readonly passed: ReadonlyArray<Passed>
  /** Requests for blobs whose answer was 200 or 206. */
  readonly blobs: () => ReadonlyArray<Passed>
  readonly forget: () => void
  /** Waits until the bodies of blobs have passed so many bytes since the beginning, or the last `forget`. */
  readonly reached: (bytes: number) => Promise<void>
  /** The same, and from then on nothing passes until `resume`. */
  readonly pausedAt: (bytes: number) => Promise<void>
  readonly resume: () => void
  /** Requests for a blob wait from now on, until the returned function is called. */
  readonly holdBack: (digest: string) => () => void
  readonly close: () => Promise<void>
}

/** What the way is like. */
export interface ProxyOptions {
  /**
   * Bytes that pass in a second, as on a network. Without it the kernel takes whole layers before their reader has seen
   * any of them. With it a connection also carries no more than a window of bytes that its reader has not taken: a reader
   * that has no processor for a while would otherwise find megabytes that nobody had asked a network for.
   */
  readonly rate?: number
}

/** Starts a proxy in front of a server without TLS. */
export const countingProxy = async (server: RegistryServer, { rate }: ProxyOptions = {}): Promise<CountingProxy> => {
  const port = await freePort()
  let passed: Array<Passed> = []
  const gate = makeGate(rate)
  const target = new URL(server.url)
  const held = new Map<string, Promise<void>>()
  const proxy = createServer(async (incoming, outgoing) => {
    for (const [digest, released] of held) if (incoming.url?.endsWith(digest) === true) await released
    const { headers, method = "GET", url = "/" } = incoming
    const onward = request({ host: target.hostname, port: target.port, method, path: url, headers }, (answer) => {
      const entry: Passed = {
        method,
        path: url,
        ...(headers.range === undefined ? {} : { range: headers.range }),
        status: answer.statusCode ?? 0,
        bytes: 0
      }
      passed.push(entry)
      outgoing.writeHead(entry.status, answer.headers)
      forward(
        answer,
        outgoing,
        url.includes("/blobs/") ? gate : undefined,
        entry,
        rate === undefined ? Infinity : window
      )
    })
    onward.on("error", () => outgoing.destroy())
    outgoing.on("close", () => onward.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => proxy.listen(port, "127.0.0.1", resolve))
  return {
    host: `127.0.0.1:${port}`,
    get passed() {
      return passed
    },
    blobs: () =>
      passed.filter(
        ({ method, path, status }) => method === "GET" && path.includes("/blobs/") && (status === 200 || status === 206)
      ),
    forget: () => {
      passed = []
      gate.forget()
    },
    reached: (bytes) => gate.reached(bytes, false),
    pausedAt: (bytes) => gate.reached(bytes, true),
    resume: gate.resume,
    holdBack: (digest) => {
      let release = (): void => {}
      held.set(digest, new Promise<void>((resolve) => (release = resolve)))
      return () => {
        held.delete(digest)
        release()
      }
    },
    close: () =>
      new Promise<void>((resolve) => {
        proxy.close(() => resolve())
        proxy.closeAllConnections()
      })
  }
}

/** Counts bytes of blobs and stops them when it is told to. */
interface Gate {
  readonly count: (bytes: number) => void
  /** Resolves when so many bytes may pass. */
  readonly open: (bytes: number) => Promise<void>
  readonly reached: (bytes: number, pause: boolean) => Promise<void>
  readonly resume: () => void
  readonly forget: () => void
}

const makeGate = (rate: number | undefined): Gate => {
  let total = 0
  let next = Date.now()
  let closed: { readonly promise: Promise<void>; readonly open: () => void } | undefined
  let marks: ReadonlyArray<{ readonly bytes: number; readonly pause: boolean; readonly tell: () => void }> = []
  const resume = (): void => {
    closed?.open()
    closed = undefined
  }
  return {
    count: (bytes) => {
      total += bytes
      const due = marks.filter((mark) => mark.bytes <= total)
      marks = marks.filter((mark) => mark.bytes > total)
      if (closed === undefined && due.some(({ pause }) => pause)) {
        let open = (): void => {}
        const promise = new Promise<void>((resolve) => (open = resolve))
        closed = { promise, open }
      }
      for (const { tell } of due) tell()
    },
    open: async (bytes) => {
      if (rate !== undefined) {
        const now = Date.now()
        next = Math.max(next, now) + (bytes / rate) * 1000
        await new Promise((resolve) => setTimeout(resolve, next - now))
      }
      await closed?.promise
    },
    reached: (bytes, pause) => new Promise((tell) => (marks = [...marks, { bytes, pause, tell }])),
    resume,
    forget: () => {
      total = 0
      marks = []
      resume()
    }
  }
}

/** Bytes of a connection that are on their way at once. */
const window = 64 * 1024

/** Waits until the reader has taken so much of what it was sent that no more than a window is on its way. */
const taken = async ({ socket }: ServerResponse, most: number): Promise<void> => {
  if (most === Infinity || socket === null) return
  while (!socket.destroyed && unread(socket) > most) await new Promise((resolve) => setTimeout(resolve, 1))
}

const forward = (
  answer: IncomingMessage,
  outgoing: ServerResponse,
  gate: Gate | undefined,
  entry: Passed,
  most: number
): void => {
  const pass = async (): Promise<void> => {
    for await (const piece of answer as AsyncIterable<Uint8Array>) {
      await gate?.open(piece.length)
      await taken(outgoing, most)
      entry.bytes += piece.length
      gate?.count(piece.length)
      if (!outgoing.write(piece)) {
        await new Promise<void>((resolve) => {
          const go = (): void => {
            outgoing.off("drain", go)
            outgoing.off("close", go)
            resolve()
          }
          outgoing.on("drain", go)
          outgoing.on("close", go)
        })
      }
    }
  }
  // A side that goes away ends the other.
  pass().then(
    () => outgoing.end(),
    () => outgoing.end()
  )
}
