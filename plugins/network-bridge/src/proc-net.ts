/** A socket of the host as `/proc/net/{tcp,udp}[6]` tells of it. */
export interface BoundSocket {
  /** IPv4 in dotted notation, also when the socket is an IPv6 one with an IPv4 address inside; otherwise 32 hex digits. */
  readonly address: string
  readonly port: number
  /** Listens or, for UDP, is bound without a peer. Others do not keep anyone from binding. */
  readonly listening: boolean
  /** Names the socket in `/proc/<pid>/fd`. 0 when no process has it. */
  readonly inode: number
}

const LISTEN = "0A"
/** What UDP calls its sockets without a peer: the state TCP calls closed. */
const UNCONNECTED = "07"

/** The kernel prints each 32-bit word of an address as a number in the processor's order, which is little-endian. */
const swapWord = (word: string): string => (word.match(/../g) ?? []).toReversed().join("")

const dotted = (word: string): string => (word.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join(".")

const addressOf = (field: string): string => {
  const words = (field.match(/.{8}/g) ?? []).map(swapWord)
  const [first = "", second = "", third = "", fourth = ""] = words
  if (words.length === 1) return dotted(first)
  const mapped = first === "00000000" && second === "00000000" && third.toLowerCase() === "0000ffff"
  return mapped ? dotted(fourth) : words.join("").toLowerCase()
}

/** Reads one of the four tables. Lines that are not sockets are left out. */
export const parseSockets = (table: string): ReadonlyArray<BoundSocket> =>
  table.split("\n").flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
    const match = /^([0-9A-Fa-f]{8}|[0-9A-Fa-f]{32}):([0-9A-Fa-f]{4})$/.exec(local ?? "")
    if (match === null || state === undefined || inode === undefined) return []
    const [, address = "", port = ""] = match
    const listening = state === LISTEN || state === UNCONNECTED
    return [{ address: addressOf(address), port: Number.parseInt(port, 16), listening, inode: Number(inode) }]
  })

const everywhere = new Set(["0.0.0.0", "0".repeat(32)])

/** The sockets that keep somebody from binding a port at an address; `0.0.0.0` is all addresses. */
export const inTheWay = (
  sockets: ReadonlyArray<BoundSocket>,
  hostIp: string,
  port: number
): ReadonlyArray<BoundSocket> =>
  sockets.filter(
    (each) =>
      each.listening &&
      each.port === port &&
      // An IPv6 address has many spellings: what is not IPv4 is compared by port alone, which is what a message needs.
      (hostIp === "0.0.0.0" || hostIp.includes(":") || everywhere.has(each.address) || each.address === hostIp)
  )
