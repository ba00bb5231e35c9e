import { encodeEvent, type Event, type Frame, makeDecoder } from "./protocol.ts"

/** A stream that takes bytes: a socket, or standard output. */
export interface Outlet {
  readonly write: (bytes: Uint8Array) => boolean
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
  /** Ends the waiting for room. A second call does nothing. */
  readonly gone: () => void
}

/** Makes a client that is written to through a stream. */
export const makeClient = (outlet: Outlet): Client => {
  let open = true
  let release: (() => void) | undefined
  let room: Promise<void> | undefined
  return {
    attached: false,
    claimsCleanup: false,
    changesPorts: false,
    send: (bytes) => {
      if (!open) return Promise.resolve()
      if (!outlet.write(bytes) && room === undefined) {
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
    gone: () => {
      open = false
      release?.()
    }
  }
}

/** The clients of one supervisor. */
export interface Clients {
  readonly add: (client: Client) => void
  /** Forgets a client; what it had claimed is open again. */
  readonly remove: (client: Client) => void
  /** Sends output to everybody who is attached. Resolves when the slowest has room again. */
  readonly output: (frames: ReadonlyArray<Uint8Array>) => Promise<void>
  /** Tells everybody. The last event is kept for those who come later. */
  readonly tell: (event: Event) => Promise<void>
  readonly cleanupClaimed: () => boolean
}

/** No client yet. */
export const makeClients = (): Clients => {
  const all = new Set<Client>()
  let last: Uint8Array | undefined
  return {
    add: (client) => {
      all.add(client)
      if (last !== undefined) void client.send(last)
    },
    remove: (client) => {
      all.delete(client)
      client.gone()
    },
    output: async (frames) => {
      const attached = [...all].filter((client) => client.attached)
      await Promise.all(attached.flatMap((client) => frames.map((frame) => client.send(frame))))
    },
    tell: async (event) => {
      last = encodeEvent(event)
      const bytes = last
      await Promise.all([...all].map((client) => client.send(bytes)))
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
