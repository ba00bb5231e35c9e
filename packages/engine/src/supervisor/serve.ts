import { chmodSync, lstatSync, mkdirSync, renameSync, rmSync } from "node:fs"
import * as net from "node:net"
import { dirname, join } from "node:path"
import { type Client, type Clients, listen, makeClient } from "./clients.ts"
import type { Frame } from "./protocol.ts"

/** The door for later clients. */
export interface Door {
  /** Lets nobody in any more and removes the socket, if that is its own still. Conversations go on until they end. */
  readonly close: () => void
}

/** Opens the container's socket, for the owner only. One that an earlier supervisor left behind is replaced. */
export const serve = (
  path: string,
  clients: Pick<Clients, "add" | "remove">,
  receive: (client: Client, frame: Frame) => Promise<void>
): Promise<Door> =>
  new Promise((resolve, reject) => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // A server removes the name that it was opened with when it closes. By then the next life of the container may have
    // the path, so this one gets it as another name.
    const draft = join(dirname(path), `${process.pid}`)
    rmSync(draft, { force: true })
    const server = net.createServer((socket) => {
      const client = makeClient(socket)
      let inside = true
      const leave = () => {
        if (inside) clients.remove(client)
        inside = false
      }
      socket.on("error", leave)
      socket.on("close", leave)
      clients.add(client)
      void listen(socket, (frame) => receive(client, frame)).then(() => {
        leave()
        socket.end()
      })
    })
    server.once("error", reject)
    server.listen(draft, () => {
      chmodSync(draft, 0o600)
      const { ino } = lstatSync(draft)
      renameSync(draft, path)
      resolve({
        close: () => {
          server.close()
          if (lstatSync(path, { throwIfNoEntry: false })?.ino === ino) rmSync(path, { force: true })
        }
      })
    })
  })
