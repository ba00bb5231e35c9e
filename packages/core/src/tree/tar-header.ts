/** Bytes of a block: every header is one, and contents are padded to whole ones. */
export const blockSize = 512

/** Bytes that fill the last block of content of a size. */
export const paddingOf = (size: number): number => (blockSize - (size % blockSize)) % blockSize

/** The fields of one header, before they become bytes. */
export interface HeaderFields {
  readonly name: string
  /** The beginning of a long name; joined to `name` with a slash. */
  readonly prefix?: string
  readonly type: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Bytes of content that follow. */
  readonly size: number
  /** Whole seconds since 1970. */
  readonly mtime: number
  readonly link?: string
  readonly major?: number
  readonly minor?: number
}

/** The largest number that n octal digits hold. */
const octalLimit = (digits: number): number => 8 ** digits - 1

/** Whether a number fits into the eleven digits of sizes and times. */
export const fitsLong = (value: number): boolean => value >= 0 && value <= octalLimit(11)

/** Whether a number fits into the seven digits of ids and device numbers. */
export const fitsShort = (value: number): boolean => value >= 0 && value <= octalLimit(7)

const octal = (block: Buffer, at: number, digits: number, value: number): void => {
  block.write(value.toString(8).padStart(digits, "0"), at, digits)
}

/**
 * Writes one ustar header at an offset of a buffer. The fields must fit: what does not belongs into a PAX record.
 *
 * Spec: POSIX pax, "ustar Interchange Format".
 */
export const writeHeader = (out: Buffer, at: number, fields: HeaderFields): void => {
  const block = out.subarray(at, at + blockSize)
  block.fill(0)
  block.write(fields.name, 0, 100, "latin1")
  octal(block, 100, 7, fields.mode)
  octal(block, 108, 7, fields.uid)
  octal(block, 116, 7, fields.gid)
  octal(block, 124, 11, fields.size)
  octal(block, 136, 11, fields.mtime)
  block.fill(0x20, 148, 156)
  block.write(fields.type, 156, 1, "latin1")
  block.write(fields.link ?? "", 157, 100, "latin1")
  block.write("ustar\u{0}00", 257, 8, "latin1")
  octal(block, 329, 7, fields.major ?? 0)
  octal(block, 337, 7, fields.minor ?? 0)
  block.write(fields.prefix ?? "", 345, 155, "latin1")
  let sum = 0
  for (let index = 0; index < blockSize; index++) sum += block[index] ?? 0
  octal(block, 148, 6, sum)
  block[154] = 0
}

/** One PAX record: its own length in bytes, the key, the value. */
export const paxRecord = (key: string, value: Uint8Array): Buffer => {
  const rest = Buffer.byteLength(key) + value.length + 3
  let length = rest + String(rest).length
  // The length counts its own digits, of which it may need one more than the rest alone.
  if (String(length).length > String(rest).length) length += 1
  return Buffer.concat([Buffer.from(`${length} ${key}=`), value, Buffer.from("\n")])
}
