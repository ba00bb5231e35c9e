/**
 * Values in the order in which SSH writes them. What is missing at the end reads as empty, and `isShort` says so.
 *
 * Spec: RFC 4251, section 5.
 */
export class WireReader {
  #at = 0
  /** More was read than there is. */
  isShort = false

  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Bytes of a known number. */
  take(count: number): Buffer {
    const taken = this.#bytes.subarray(this.#at, this.#at + count)
    if (taken.length < count) this.isShort = true
    this.#at += count
    return taken
  }

  uint32(): number {
    const taken = this.take(4)
    return taken.length < 4 ? 0 : taken.readUInt32BE(0)
  }

  /** Bytes that are written behind their number; also numbers of any size, whose sign is not looked at. */
  string(): Buffer {
    return this.take(this.uint32())
  }

  text(): string {
    return this.string().toString("latin1")
  }
}

/** Four bytes, the highest first. */
export const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value, 0)
  return bytes
}

/** Bytes behind their number. */
export const string = (value: Uint8Array | string): Buffer => {
  const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : Buffer.from(value)
  return Buffer.concat([uint32(bytes.length), bytes])
}

/** A number that is not negative, from its bytes, the highest first. */
export const mpint = (value: Uint8Array): Buffer => {
  const bytes = withoutZeros(value)
  return string((bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes)
}

/** The bytes of a number without the zeros in front. */
export const withoutZeros = (value: Uint8Array): Buffer => {
  const first = value.findIndex((byte) => byte !== 0)
  return Buffer.from(first < 0 ? [] : value.subarray(first))
}
