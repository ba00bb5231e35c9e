import {
  decodeAttributes,
  encodeAttributes,
  encodeMessage,
  joined,
  type Message,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  numberAttribute
} from "@gantry/linux/netlink/message"

/*
 * The kernel remembers where the packets of a flow go. UDP has no end of a connection, so a flow that began before a
 * port was published, or while another container had it, would go on as before for as long as packets keep coming.
 * Numbers are those of linux/netfilter/nfnetlink_conntrack.h. Contents are big-endian.
 */

const subsystem = 1
const getType = 1
const deleteType = 2
const anyFamily = 0
const headerLength = 4
const tupleOriginal = 1
const tupleProtocol = 2
const protocolNumber = 1
const destinationPort = 3
const udp = 17
const filter = 25
const filterOriginal = 1
const filterReply = 2
/** What of a tuple is compared. In no header: nf_internals.h of the kernel, CTA_FILTER_FLAG. */
const filterProtocol = 1 << 3
const filterDestinationPort = 1 << 5

const header = (family: number) => Uint8Array.from([family, 0, 0, 0])

/** Families of addresses that flows are asked for by: AF_INET and AF_INET6. */
export const flowFamilies = [2, 10] as const

/**
 * Asks for the flows of UDP of one family, to one port or to all. Kernels before 5.8 know no filter but the family's, and
 * tell of all others too: what comes is looked at again.
 */
export const getFlows = (family: number, port?: number): Uint8Array => {
  const flags = filterProtocol | (port === undefined ? 0 : filterDestinationPort)
  const protocol = [
    { type: protocolNumber, value: Uint8Array.of(udp) },
    ...(port === undefined ? [] : [{ type: destinationPort, value: Uint8Array.of(port >> 8, port & 0xff) }])
  ]
  const attributes = encodeAttributes([
    { type: tupleOriginal, value: [{ type: tupleProtocol, value: protocol }] },
    { type: filter, value: [numberAttribute(filterOriginal, flags), numberAttribute(filterReply, 0)] }
  ])
  return encodeMessage({
    type: (subsystem << 8) | getType,
    flags: NLM_F_REQUEST | NLM_F_DUMP,
    sequence: 1,
    body: joined([header(family), attributes])
  })
}

const bigEndian = (bytes: Uint8Array | undefined): number | undefined =>
  bytes?.reduce((number, byte) => number * 256 + byte, 0)

/** The UDP port that the first packet of a flow was sent to. None for other protocols. */
export const udpPortOf = ({ body }: Message): number | undefined => {
  const tuple = decodeAttributes(body.subarray(headerLength)).get(tupleOriginal) ?? new Uint8Array(0)
  const protocol = decodeAttributes(decodeAttributes(tuple).get(tupleProtocol) ?? new Uint8Array(0))
  return bigEndian(protocol.get(protocolNumber)) === udp ? bigEndian(protocol.get(destinationPort)) : undefined
}

/** Makes the kernel forget a flow, so that its next packet is judged anew. `ENOENT` when it has ended meanwhile. */
export const forgetFlow = ({ body }: Message): Uint8Array => {
  const tuple = decodeAttributes(body.subarray(headerLength)).get(tupleOriginal) ?? new Uint8Array(0)
  const attributes = [...decodeAttributes(tuple)].map(([type, value]) => ({
    type,
    value: [...decodeAttributes(value)].map(([inner, bytes]) => ({ type: inner, value: bytes }))
  }))
  return encodeMessage({
    type: (subsystem << 8) | deleteType,
    flags: NLM_F_REQUEST | NLM_F_ACK,
    sequence: 1,
    body: joined([header(body[0] ?? anyFamily), encodeAttributes([{ type: tupleOriginal, value: attributes }])])
  })
}
