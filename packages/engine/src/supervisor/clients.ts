import { encodeEvent, type Event, type Frame, makeDecoder } from "./protocol.ts"

/** A stream that takes bytes: a socket, or standard output. */
export interface Outlet {
  /** `done`: the bytes are out of this process, or never will be. */
  readonly write: (bytes: Uint8Array, done: () => void) => boolean
  readonly once: (event: "drain", listener: () => void) => unknown
}

/** One client of a supervisor. */
export interface Client {
  /** Gets output as frames. */
  attached: boolean
  /** Gives back what the container held. */
  claimsCleanup: boolean
  /** Is in the middle of changing published ports. */
  changesPorts: boolean
  /** Resolves when there is room for more, or nobody to take it. */
  readonly send: (bytes: Uint8Array) => Promise<void>
  /** Bytes that were sent and not taken yet. */
  readonly behind: () => number
  /** Resolves when all that was sent is out of this process; to false when nobody is there any more to take it. */
  readonly flushed: () => Promise<boolean>
  /** Ends all waiting. A second call does nothing. */
  readonly gone: () => void
}

/** Makes a client that is written to through a stream. */
export const makeClient = (outlet: Outlet): Client => {
  let open = true
  let release: (() => void) | undefined
  let room: Promise<void> | undefined
  /** Bytes that are not out of this process yet, and who waits until all are. */
  let inside = 0
  let empty: (() => void) | undefined
  return {
    attached: false,
    claimsCleanup: false,
    changesPorts: false,
    send: (bytes) => {
      if (!open) return Promise.resolve()
      const { length } = bytes
      inside += length
      const written = () => {
        inside -= length
        if (inside === 0) empty?.()
      }
      if (!outlet.write(bytes, written) && room === undefined) {
        room = new Promise((resolve) => {
          release = () => {
            room = undefined
            resolve()
          }
          outlet.once("drain", () => release?.())
        })
      }
      return room ?? Promise.resolve()
    },
    behind: () => inside,
    flushed: async () => {
      if (open && inside > 0) {
        await new Promise<void>((resolve) => {
          empty = resolve
        })
      }
      return open
    },
    gone: () => {
      open = false
      release?.()
      empty?.()
    }
  }
}

/** The clients of one supervisor. */
export interface Clients {
  readonly add: (client: Client) => void
  /** Forgets a client; what it had claimed is open again. */
  readonly remove: (client: Client) => void
  /**
   * Sends output to everybody who is attached. Resolves when the slowest has room again. Who is not waited for, and takes
   * nothing of one life of the container after the other, gets no more of it.
   */
  readonly output: (frames: ReadonlyArray<Uint8Array>) => Promise<void>
  /** Tells everybody, and waits for nobody. The last event is kept for those who come later. */
  readonly tell: (event: Event) => void
  /**
   * Resolves when all that was sent is out of this process; to false when somebody left before. Whoever takes nothing for
   * too long is let go of, and has left.
   */
  readonly flushed: () => Promise<boolean>
  readonly cleanupClaimed: () => boolean
}

/** Bytes that are kept for one client. */
const mostBehind = 16 << 20

/**
 * Milliseconds for which what is left waits at most for a client that takes nothing of it, and half of them at least: a
 * day. Somebody may be reading it in a pager.
 */
const mostPatience = 24 * 60 * 60 * 1000

/** No client yet. */
export const makeClients = (): Clients => {
  const all = new Set<Client>()
  let last: Uint8Array | undefined
  const remove = (client: Client): void => {
    all.delete(client)
    client.gone()
  }
  /** Lets go of who has taken nothing from one look to the next. */
  const watchProgress = () => {
    const before = new Map<Client, number>()
    return setInterval(() => {
      for (const client of all) {
        const behind = client.behind()
        if (behind > 0 && before.get(client) === behind) remove(client)
        else before.set(client, behind)
      }
    }, mostPatience / 2)
  }
  return {
    add: (client) => {
      all.add(client)
      if (last !== undefined) void client.send(last)
    },
    remove,
    output: async (frames) => {
      const attached = [...all].filter((client) => client.attached && client.behind() < mostBehind)
      await Promise.all(attached.flatMap((client) => frames.map((frame) => client.send(frame))))
    },
    tell: (event) => {
      last = encodeEvent(event)
      for (const client of all) void client.send(last)
    },
    flushed: async () => {
      const watching = watchProgress()
      const each = await Promise.all([...all].map((client) => client.flushed()))
      clearInterval(watching)
      return each.every(Boolean)
    },
    cleanupClaimed: () => [...all].some((client) => client.claimsCleanup)
  }
}

/**
 * Reads what a client says until its stream ends. `receive` gets the frames in order, the next when it has resolved;
 * what is no conversation ends it too.
 */
export const listen = async (
  inlet: AsyncIterable<Uint8Array>,
  receive: (frame: Frame) => void | Promise<void>
): Promise<void> => {
  const decode = makeDecoder()
  try {
    for await (const chunk of inlet) {
      for (const frame of decode(chunk)) await receive(frame)
    }
  } catch {
    // A connection that breaks and a client that talks nonsense are both gone.
  }
}
