import { readFileSync } from "node:fs"
import { rootless } from "@gantry/linux/rootless"
import { userNetwork } from "@gantry/linux/user-network"
import { serversIn } from "../../containers/resolv-conf.ts"

/** Milliseconds that a server may take before the next one is asked. */
const patience = 3000

/** Most servers that are asked for one question. Spec: resolv.conf(5), MAXNS. */
const mostServers = 3

/** The host's resolvers as they are now: they change with every network that a laptop meets. */
export const hostServers = (): ReadonlyArray<string> => {
  // What listens on the host's loopback is out of reach of a user's network; that has a resolver which asks there.
  if (rootless() !== undefined) return [userNetwork.resolver]
  try {
    return serversIn(readFileSync("/etc/resolv.conf", "utf8"))
  } catch {
    return []
  }
}

/** Asks servers, one after the other, as the host would. Undefined when none of them answers. */
export const forward = async (
  question: Uint8Array,
  servers: ReadonlyArray<string>,
  transport: "udp" | "tcp"
): Promise<Uint8Array | undefined> => {
  for (const server of servers.slice(0, mostServers)) {
    const ask = transport === "udp" ? askDatagram : askStream
    // The next one is asked only when this one fails.
    // oxlint-disable-next-line no-await-in-loop
    const answer = await ask(question, server)
    if (answer !== undefined && belongs(answer, question)) return answer
  }
  return undefined
}

/** Whether bytes answer a question: same number, and an answer at all. */
const belongs = (answer: Uint8Array, question: Uint8Array): boolean =>
  answer.length >= 12 && answer[0] === question[0] && answer[1] === question[1] && ((answer[2] ?? 0) & 0x80) !== 0

/** From a socket of its own, connected to the server: nobody else's answer comes through, and its port is not to be guessed. */
const askDatagram = async (question: Uint8Array, server: string): Promise<Uint8Array | undefined> => {
  const { createSocket } = await import("node:dgram")
  return new Promise((resolve) => {
    const socket = createSocket(server.includes(":") ? "udp6" : "udp4")
    const end = (answer: Uint8Array | undefined) => {
      clearTimeout(timer)
      socket.removeAllListeners()
      socket.on("error", () => undefined)
      socket.close()
      resolve(answer)
    }
    const timer = setTimeout(() => end(undefined), patience)
    socket.on("message", (answer) => {
      if (belongs(answer, question)) end(answer)
    })
    socket.on("error", () => end(undefined))
    socket.connect(53, server, () => socket.send(question))
  })
}

/** Spec: RFC 1035, 4.2.2: two bytes of length before each message. */
const askStream = async (question: Uint8Array, server: string): Promise<Uint8Array | undefined> => {
  const { connect } = await import("node:net")
  return new Promise((resolve) => {
    let pending = Buffer.alloc(0)
    const socket = connect({ host: server, port: 53 })
    const end = (answer: Uint8Array | undefined) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(patience, () => end(undefined))
    socket.on("error", () => end(undefined))
    socket.on("close", () => end(undefined))
    socket.on("data", (bytes: Buffer) => {
      pending = Buffer.concat([pending, bytes])
      if (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        end(Uint8Array.from(pending.subarray(2, 2 + pending.readUInt16BE(0))))
      }
    })
    const length = Buffer.alloc(2)
    length.writeUInt16BE(question.length)
    socket.write(Buffer.concat([length, question]))
  })
}
