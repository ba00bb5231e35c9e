import { createSocket } from "node:dgram"
import { createServer } from "node:http"

/** Says its name and who asks, over HTTP on port 80 and over UDP on port 53, and `ready` once it does. */
const [name = ""] = process.argv.slice(2)
const plain = (address: string | undefined) => address?.replace("::ffff:", "") ?? ""

const udp = createSocket("udp4")
udp.on("message", (_, { address, port }) => udp.send(`${name} ${address}\n`, port, address))
const http = createServer((request, response) => response.end(`${name} ${plain(request.socket.remoteAddress)}\n`))
http.listen(80, () => udp.bind(53, () => process.stdout.write("ready\n")))
