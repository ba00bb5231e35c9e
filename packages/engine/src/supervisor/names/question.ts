import * as dns from "dns-packet"

/** What a container asks. */
export interface Question {
  readonly id: number
  /** In lower case, without the last dot. */
  readonly name: string
  readonly type: string
  /** Bytes that the asker takes in one datagram. */
  readonly room: number
  readonly packet: AskedPacket
}

/** What of a question's packet is in its answer. No type of another package: those who import this need not have it. */
interface AskedPacket {
  readonly questions?: ReadonlyArray<{ readonly type: string; readonly name: string }> | undefined
  /** The asker wants whoever does not know to ask others. */
  readonly flag_rd: boolean
}

/** Bytes of a datagram that everybody takes. Spec: RFC 1035, 2.3.4. */
const usualRoom = 512

/** Reads a question. Undefined for what is none: an answer, something else than a question, or no DNS at all. */
export const readQuestion = (bytes: Uint8Array): Question | undefined => {
  try {
    const packet = dns.decode(Buffer.from(bytes))
    const [question, ...more] = packet.questions ?? []
    if (packet.type !== "query" || operationOf(packet) !== 0 || question === undefined || more.length > 0) {
      return undefined
    }
    const extension = packet.additionals?.find((each) => each.type === "OPT")
    const wish = extension?.type === "OPT" ? (extension.udpPayloadSize ?? usualRoom) : usualRoom
    return {
      id: packet.id ?? 0,
      name: question.name.toLowerCase().replace(/\.$/, ""),
      type: question.type,
      room: Math.max(usualRoom, Math.min(wish, longestDatagram)),
      packet
    }
  } catch {
    return undefined
  }
}

/** 0 for a usual question. Spec: RFC 1035, 4.1.1, OPCODE. */
const operationOf = ({ flags = 0 }: dns.DecodedPacket): number => (flags >> 11) & 15

/** More than this does not pass every link in one piece. */
const longestDatagram = 1232

/** How a question ends. Spec: RFC 1035, 4.1.1. */
const codes = { answered: 0, unreadable: 1, failed: 2, absent: 3 } as const

/** One line of an answer. */
export type Line =
  | { readonly type: "A" | "AAAA"; readonly address: string }
  | { readonly type: "PTR"; readonly name: string }

/** Seconds for which an answer may be kept: containers come and go. */
const lifetime = 5

/**
 * The bytes of an answer. One that is longer than `room` says so instead and holds what fits, and is asked for again
 * over TCP.
 */
export const writeAnswer = (
  { id, packet }: Question,
  outcome: keyof typeof codes,
  lines: ReadonlyArray<Line> = [],
  room = Infinity
): Uint8Array => {
  const name = packet.questions?.[0]?.name ?? ""
  const asked = packet.flag_rd ? dns.RECURSION_DESIRED : 0
  const encode = (count: number): Uint8Array =>
    dns.encode({
      type: "response",
      id,
      flags: asked | dns.RECURSION_AVAILABLE | codes[outcome] | (count < lines.length ? dns.TRUNCATED_RESPONSE : 0),
      ...(packet.questions === undefined ? {} : { questions: [...packet.questions] as Array<dns.Question> }),
      answers: lines
        .slice(0, count)
        .map((line) =>
          line.type === "PTR"
            ? { type: "PTR", name, ttl: lifetime, data: line.name }
            : { type: line.type, name, ttl: lifetime, data: line.address }
        )
    })
  let count = lines.length
  let bytes = encode(count)
  while (bytes.length > room && count > 0) bytes = encode(--count)
  return bytes
}

/** The answer to bytes that are no question, if they can be answered at all. */
export const refuseUnread = (bytes: Uint8Array): Uint8Array | undefined => {
  // Too short for a header, or an answer itself: two resolvers must not keep each other busy.
  if (bytes.length < 12 || ((bytes[2] ?? 0) & 0x80) !== 0) return undefined
  const answer = new Uint8Array(12)
  answer.set(bytes.subarray(0, 2))
  answer[2] = 0x80 | ((bytes[2] ?? 0) & 0x79)
  answer[3] = codes.unreadable
  return answer
}
