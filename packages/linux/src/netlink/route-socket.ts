import {
  AF_NETLINK,
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  NETLINK_ROUTE,
  SOCK_CLOEXEC,
  SOCK_RAW,
  SOL_NETLINK
} from "../constants.ts"
import { words32 } from "../memory.ts"
import { SyscallError } from "../SyscallError.ts"
import type { Syscalls } from "../Syscalls.ts"
import {
  decodeMessages,
  encodeMessage,
  type Message,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_NOOP,
  verdictOf
} from "./message.ts"

/** A request for the kernel's network tables. */
export interface RouteRequest {
  /** The kernel's name of the request, such as `RTM_NEWLINK`; for messages. */
  readonly name: string
  /** What it is about, such as the name of a link; for messages. */
  readonly detail: string
  readonly type: number
  /** `NLM_F_CREATE`, `NLM_F_EXCL`; what every request needs is added. */
  readonly flags: number
  readonly body: Uint8Array
}

/** A connection to the network tables of the namespace in which it was opened, whatever the thread enters later. */
export interface RouteSocket {
  /** Asks for a change and waits for the answer. Returns what came before the acknowledgement. */
  readonly request: (request: RouteRequest) => ReadonlyArray<Message>
  /** Asks for a whole table. Starts again when the table changed meanwhile. */
  readonly dump: (request: RouteRequest) => ReadonlyArray<Message>
  /** A second call does nothing. */
  readonly close: () => void
}

/** The largest piece in which the kernel sends a table. */
const bufferLength = 65_536
/** A table that changes faster than it can be read is reported, not read for ever. */
const mostAttempts = 20
const EINTR = 4

/** Opens a connection. Requests may follow each other on it. Throws `SyscallError`. */
export const openRouteSocket = (sys: Syscalls): RouteSocket => {
  const fd = sys.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)
  let open = true
  let sequence = 0
  const buffer = new Uint8Array(bufferLength)

  const close = () => {
    if (!open) return
    open = false
    sys.close(fd)
  }

  try {
    for (const option of [NETLINK_CAP_ACK, NETLINK_EXT_ACK]) sys.setsockopt(fd, SOL_NETLINK, option, words32(1))
  } catch (error) {
    close()
    throw error
  }

  const send = ({ type, flags, body }: RouteRequest, more: number) => {
    sequence += 1
    sys.sendto(fd, encodeMessage({ type, flags: flags | NLM_F_REQUEST | more, sequence, body }), 0, null)
  }

  /** Answers to the last request, up to and without the one that ends them. `intact` is false for a torn table. */
  const receive = (request: RouteRequest): { readonly intact: boolean; readonly messages: ReadonlyArray<Message> } => {
    const messages: Array<Message> = []
    let intact = true
    for (;;) {
      const length = sys.recvfrom(fd, buffer, 0)
      // Copied, because the buffer is filled again while earlier messages are still kept.
      for (const message of decodeMessages(buffer.slice(0, length))) {
        if (message.sequence !== sequence || message.type === NLMSG_NOOP) continue
        if ((message.flags & NLM_F_DUMP_INTR) !== 0) intact = false
        if (message.type === NLMSG_ERROR || message.type === NLMSG_DONE) {
          const { errno, note } = verdictOf(message)
          if (errno !== 0) throw failure(request, errno, note)
          return { intact, messages }
        }
        messages.push(message)
      }
    }
  }

  return {
    close,
    request: (request) => {
      send(request, NLM_F_ACK)
      return receive(request).messages
    },
    dump: (request) => {
      for (let attempt = 0; attempt < mostAttempts; attempt++) {
        send(request, NLM_F_DUMP)
        const { intact, messages } = receive(request)
        if (intact) return messages
      }
      throw failure(request, EINTR, "the table kept changing")
    }
  }
}

const failure = ({ name, detail }: RouteRequest, errno: number, note: string) =>
  new SyscallError({ call: `netlink ${name}`, errno, detail, note })
