import { createHash } from "node:crypto"
import { readFileSync, statSync } from "node:fs"
import { createServer } from "node:http"
import { join, normalize } from "node:path"

/** A web server of a test, on loopback. */
export interface Web {
  /** `http://127.0.0.1:PORT`. */
  readonly address: string
  /** `METHOD /path status` of every request, in order. */
  readonly log: Array<string>
  readonly close: () => Promise<void>
}

/** Serves the files of a directory, with tags and times, and says 304 when it is asked by them. */
export const serveFolder = async (folder: string): Promise<Web> => {
  const log: Array<string> = []
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname))
    const end = (status: number, headers: { readonly [name: string]: string } = {}, body?: Buffer) => {
      log.push(`${request.method} ${path} ${status}`)
      response.writeHead(status, headers).end(body)
    }
    const place = join(folder, path)
    const found = statSync(place, { throwIfNoEntry: false })
    if (found?.isFile() !== true) return end(404)
    const body = readFileSync(place)
    const etag = `"${createHash("sha256").update(body).digest("hex").slice(0, 16)}"`
    const headers = { etag, "last-modified": found.mtime.toUTCString(), "content-length": String(body.length) }
    return request.headers["if-none-match"] === etag ? end(304, { etag }) : end(200, headers, body)
  })
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return {
    address: `http://127.0.0.1:${port}`,
    log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
