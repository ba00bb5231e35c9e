import * as net from "node:net"

/** What is heard from a port: all of it, until the other side has ended; or that it was refused. */
export const hear = (host: string, port: number): Promise<string> =>
  new Promise((resolve) => {
    let heard = ""
    const socket = net.connect({ host, port })
    socket.on("data", (bytes) => (heard += String(bytes)))
    socket.on("error", () => resolve("refused"))
    socket.on("close", () => resolve(heard))
  })
