import type { NameService } from "@gantry/core/runtime/Runtime"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { inNetworkOf } from "@gantry/linux/in-network"
import type { OpenTable } from "./open-table.ts"
import { openSockets, receive, type ResolverSockets } from "./listen.ts"
import { type Streams, takeStreams } from "./streams.ts"

/** Answers a container's questions for names, at an address inside of it. */
export interface Resolver {
  /** Listens in the network namespace of a process; until `close`, or `open` for another one. */
  readonly open: (pid: number) => void
  /** What it answers from now on. */
  readonly serve: (service: NameService) => void
  readonly close: () => void
}

/** Questions that are read before other work of this process has its turn, and questions that may be under way. */
const turn = 64
const mostOpen = 256

/** Milliseconds without a question after which what answering took is given back. */
const idle = 5000

/**
 * A resolver that is not open yet. What answering needs is loaded with the first question: most containers never ask
 * one. `onIdle` is told when it was given back.
 */
export const makeResolver = (sys: Syscalls, first: NameService, onIdle: () => void): Resolver => {
  let service = first
  let sockets: ResolverSockets | undefined
  let streams: Streams | undefined
  let table: OpenTable | undefined
  let underway = 0
  let timer: NodeJS.Timeout | undefined

  const rest = () => {
    if (underway > 0) return void timer?.refresh()
    timer = undefined
    table?.close()
    table = undefined
    onIdle()
  }

  const answer = async (bytes: Uint8Array, transport: "udp" | "tcp"): Promise<Uint8Array | undefined> => {
    if (underway >= mostOpen) return undefined
    underway++
    try {
      const { answerQuestion } = await import("./answer.ts")
      const { openTable } = await import("./open-table.ts")
      table ??= await openTable(service.database)
      return await answerQuestion(bytes, transport, service, table)
    } catch (error) {
      // A question must not end the container it came from. Whoever asked will ask again.
      process.stderr.write(`a question for a name was not answered: ${String(error)}\n`)
      return undefined
    } finally {
      underway--
      if (timer === undefined) timer = setTimeout(rest, idle).unref()
      else timer.refresh()
    }
  }

  const look = () => {
    if (sockets === undefined) return
    const { datagram } = sockets
    for (let count = 0; count < turn; count++) {
      const question = receive(sys, datagram)
      if (question === undefined) {
        streams?.look()
        return
      }
      void answer(question.bytes, "udp").then((bytes) => {
        if (bytes === undefined || sockets?.datagram !== datagram) return
        try {
          sys.sendto(datagram, bytes, 0, question.from)
        } catch {
          // Whoever asked has gone.
        }
      })
    }
    setImmediate(look)
  }

  const close = () => {
    streams?.close()
    streams = undefined
    if (sockets === undefined) return
    sys.close(sockets.datagram)
    sys.close(sockets.stream)
    sockets = undefined
  }

  process.on("SIGIO", look)
  return {
    open: (pid) => {
      close()
      sockets = inNetworkOf(sys, pid, () => openSockets(sys))
      streams = takeStreams(sys, sockets.stream, (bytes) => answer(bytes, "tcp"))
    },
    serve: (next) => {
      service = next
    },
    close
  }
}
