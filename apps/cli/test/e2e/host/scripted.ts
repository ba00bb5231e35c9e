import { createHash } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { Started } from "./started.ts"
import { readFileSync } from "node:fs"

/** Answers a request below `/v2/`. */
export type Script = (request: IncomingMessage, response: ServerResponse) => void

/** A server that answers as a test wants it to. */
export interface ScriptedServer {
  /** `127.0.0.1:port`. */
  readonly host: string
  /** Paths that were asked for, in order. */
  readonly asked: ReadonlyArray<string>
  /** Bytes of bodies that its connections have taken. */
  readonly sent: () => number
  readonly close: () => Promise<void>
}

/** Starts a server on loopback that says of itself that it is a registry, and leaves all else to a script. */
export const scriptedServer = async (script: Script): Promise<ScriptedServer> => {
  const asked: Array<string> = []
  let sent = 0
  const server = createServer((request, response) => {
    response.on("error", () => {})
    if (request.url === "/v2/") return void response.end("{}")
    asked.push(request.url ?? "")
    const { socket } = response
    response.on("close", () => (sent += socket?.bytesWritten ?? 0))
    script(request, response)
  })
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  return {
    host: `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    asked,
    sent: () => sent,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

/** The digest of bytes. */
export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`

/** Most memory in bytes that a process has had so far; what was seen last when it is gone. See proc_pid_status(5). */
export const watchMemory = (process: Started): (() => number) => {
  let peak = 0
  const look = () => {
    try {
      const [, kilobytes = "0"] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${process.pid}/status`, "utf8")) ?? []
      peak = Math.max(peak, Number(kilobytes) * 1024)
    } catch {
      // It has ended.
    }
  }
  const timer = setInterval(look, 5)
  process.ended.finally(() => clearInterval(timer)).catch(() => {})
  return () => peak
}
