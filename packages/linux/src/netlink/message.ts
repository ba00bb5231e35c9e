/** Netlink messages as bytes. Spec: netlink(7), rtnetlink(7). Numbers are little-endian, like the processor. */

/** One attribute: its number, and bytes or further attributes. */
export interface Attribute {
  readonly type: number
  readonly value: Uint8Array | ReadonlyArray<Attribute>
}

/** One message to or from the kernel. */
export interface Message {
  readonly type: number
  readonly flags: number
  readonly sequence: number
  /** What follows the header: a fixed part that depends on the type, then attributes. */
  readonly body: Uint8Array
}

/** What the kernel says about a request. `errno` 0 is an acknowledgement. */
export interface Verdict {
  readonly errno: number
  /** The kernel's explanation, or an empty string. */
  readonly note: string
}

/** A message to skip. */
export const NLMSG_NOOP = 1
/** A verdict: an error, or an acknowledgement. */
export const NLMSG_ERROR = 2
/** The end of a table. */
export const NLMSG_DONE = 3
/** Set on every request. */
export const NLM_F_REQUEST = 0x1
/** Asks for a verdict also when all went well. */
export const NLM_F_ACK = 0x4
/** The table changed while it was read. */
export const NLM_F_DUMP_INTR = 0x10
/** Asks for a whole table. */
export const NLM_F_DUMP = 0x300
/** Fails when it is there. */
export const NLM_F_EXCL = 0x200
/** Takes the place of what is there. */
export const NLM_F_REPLACE = 0x100
/** Creates what is not there. */
export const NLM_F_CREATE = 0x400

const NLM_F_CAPPED = 0x100
const NLM_F_ACK_TLVS = 0x200
const NLMSGERR_ATTR_MSG = 1
const NLA_F_NESTED = 0x8000
const NLA_TYPE_MASK = 0x3fff
const headerLength = 16
const attributeHeaderLength = 4

const aligned = (length: number) => (length + 3) & ~3

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** An attribute whose value is a 32-bit number. */
export const numberAttribute = (type: number, value: number): Attribute => {
  const bytes = new Uint8Array(4)
  viewOf(bytes).setUint32(0, value >>> 0, true)
  return { type, value: bytes }
}

/** An attribute whose value is text that ends with a zero byte. */
export const textAttribute = (type: number, value: string): Attribute => ({
  type,
  value: new TextEncoder().encode(`${value}\0`)
})

/** The bytes of attributes, each padded to four. */
export const encodeAttributes = (attributes: ReadonlyArray<Attribute>): Uint8Array =>
  joined(
    attributes.map(({ type, value }) => {
      const flat = value instanceof Uint8Array
      const bytes = flat ? value : encodeAttributes(value)
      const whole = new Uint8Array(aligned(attributeHeaderLength + bytes.length))
      const view = viewOf(whole)
      view.setUint16(0, attributeHeaderLength + bytes.length, true)
      view.setUint16(2, flat ? type : type | NLA_F_NESTED, true)
      whole.set(bytes, attributeHeaderLength)
      return whole
    })
  )

/** Puts parts one behind the other. */
export const joined = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** The bytes of a message, header included. */
export const encodeMessage = ({ type, flags, sequence, body }: Message): Uint8Array => {
  const whole = new Uint8Array(aligned(headerLength + body.length))
  const view = viewOf(whole)
  view.setUint32(0, headerLength + body.length, true)
  view.setUint16(4, type, true)
  view.setUint16(6, flags, true)
  view.setUint32(8, sequence >>> 0, true)
  whole.set(body, headerLength)
  return whole
}

/** The messages of one datagram. Stops at bytes that are no message. */
export const decodeMessages = (bytes: Uint8Array): ReadonlyArray<Message> => {
  const view = viewOf(bytes)
  const messages: Array<Message> = []
  for (let at = 0; at + headerLength <= bytes.length;) {
    const length = view.getUint32(at, true)
    if (length < headerLength || at + length > bytes.length) break
    messages.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      sequence: view.getUint32(at + 8, true),
      body: bytes.subarray(at + headerLength, at + length)
    })
    at += aligned(length)
  }
  return messages
}

/** Attributes by number, without their flags. Of several with one number the last counts. */
export const decodeAttributes = (bytes: Uint8Array): ReadonlyMap<number, Uint8Array> => {
  const view = viewOf(bytes)
  const attributes = new Map<number, Uint8Array>()
  for (let at = 0; at + attributeHeaderLength <= bytes.length;) {
    const length = view.getUint16(at, true)
    if (length < attributeHeaderLength || at + length > bytes.length) break
    attributes.set(
      view.getUint16(at + 2, true) & NLA_TYPE_MASK,
      bytes.subarray(at + attributeHeaderLength, at + length)
    )
    at += aligned(length)
  }
  return attributes
}

/** The text of an attribute, without its zero byte. */
export const textOf = (bytes: Uint8Array | undefined): string =>
  bytes === undefined ? "" : new TextDecoder().decode(bytes).replace(/\0.*$/s, "")

/** The 32-bit number of an attribute. */
export const numberOf = (bytes: Uint8Array | undefined): number | undefined =>
  bytes === undefined || bytes.length < 4 ? undefined : viewOf(bytes).getUint32(0, true)

/** Reads an NLMSG_ERROR, or the end of a dump (NLMSG_DONE), which may carry an error as well. */
export const verdictOf = (message: Message): Verdict => {
  const { body, flags, type } = message
  const errno = body.length < 4 ? 0 : 0 - viewOf(body).getInt32(0, true)
  if ((flags & NLM_F_ACK_TLVS) === 0) return { errno, note: "" }
  // An error repeats the header of the request, and all of the request unless the socket asked for less.
  const echoed = type === NLMSG_DONE ? 0 : flags & NLM_F_CAPPED ? headerLength : viewOf(body).getUint32(4, true)
  return { errno, note: textOf(decodeAttributes(body.subarray(4 + aligned(echoed))).get(NLMSGERR_ATTR_MSG)) }
}
