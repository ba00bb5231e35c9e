import {
  decodeAttributes,
  encodeAttributes,
  encodeMessage,
  joined,
  type Message,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST
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

const header = (family: number) => Uint8Array.from([family, 0, 0, 0])

/** Asks for all flows, those of IPv6 as well. */
export const getFlows: Uint8Array = encodeMessage({
  type: (subsystem << 8) | getType,
  flags: NLM_F_REQUEST | NLM_F_DUMP,
  sequence: 1,
  body: header(anyFamily)
})

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
