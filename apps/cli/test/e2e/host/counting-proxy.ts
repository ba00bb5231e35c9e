import { createServer, request, type IncomingMessage } from "node:http"
import { freePort, type RegistryServer } from "./registry.ts"

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
  readonly close: () => Promise<void>
}

/** Starts a proxy in front of a server without TLS. */
export const countingProxy = async (server: RegistryServer): Promise<CountingProxy> => {
  const port = await freePort()
  let passed: Array<Passed> = []
  const target = new URL(server.url)
  const proxy = createServer((incoming, outgoing) => {
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
      forward(answer, outgoing, entry)
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
    },
    close: () =>
      new Promise<void>((resolve) => {
        proxy.close(() => resolve())
        proxy.closeAllConnections()
      })
  }
}

const forward = (answer: IncomingMessage, outgoing: NodeJS.WritableStream, entry: Passed): void => {
  answer.on("data", (piece: Uint8Array) => {
    entry.bytes += piece.length
    if (!outgoing.write(piece)) {
      answer.pause()
      outgoing.once("drain", () => answer.resume())
    }
  })
  answer.on("end", () => outgoing.end())
  answer.on("error", () => outgoing.end())
}
