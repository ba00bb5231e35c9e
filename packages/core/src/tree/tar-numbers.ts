/** Bytes of a field up to its first zero, as UTF-8. Bytes that are none become U+FFFD, which no path may hold. */
export const textField = (block: Buffer, at: number, length: number): string => {
  const field = block.subarray(at, at + length)
  const end = field.indexOf(0)
  return field.toString("utf8", 0, end < 0 ? length : end)
}

/**
 * A number of a header: octal digits, or base 256 when the first bit is set (GNU). None when it is neither, or when it
 * is too large to be exact.
 */
export const numberField = (block: Buffer, at: number, length: number): number | undefined => {
  const first = block[at] ?? 0
  if (first >= 0x80) {
    const negative = (first & 0x40) !== 0
    let value = BigInt(first & 0x7f)
    if (negative) value |= 0x80n
    for (let index = 1; index < length; index++) value = (value << 8n) | BigInt(block[at + index] ?? 0)
    if (negative) value -= 1n << BigInt(8 * length)
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : undefined
  }
  const text = block
    .toString("latin1", at, at + length)
    .replace(/\0.*$/s, "")
    .trim()
  if (text === "") return 0
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined
}

/** Whether a block is all zeros: two of them end an archive. */
export const isZeroBlock = (block: Buffer): boolean => {
  for (let index = 0; index < block.length; index += 8) if (block.readBigUInt64LE(index) !== 0n) return false
  return true
}

/** Whether the checksum of a header is right. Some writers summed signed bytes. */
export const checksumHolds = (block: Buffer): boolean => {
  let plain = 0
  let signed = 0
  for (let index = 0; index < block.length; index++) {
    const byte = index >= 148 && index < 156 ? 0x20 : (block[index] ?? 0)
    plain += byte
    signed += byte > 0x7f ? byte - 256 : byte
  }
  const stored = numberField(block, 148, 8)
  return stored === plain || stored === signed
}

/**
 * A decimal number of a PAX record in nanoseconds, such as `1700000000.25`; digits behind the ninth are dropped. None
 * when it is no number.
 */
export const paxTime = (text: string): bigint | undefined => {
  const found = /^(-?)(\d{1,15})(?:\.(\d*))?$/.exec(text)
  if (found === null) return undefined
  const value = BigInt(found[2] ?? "0") * 1_000_000_000n + BigInt((found[3] ?? "").slice(0, 9).padEnd(9, "0"))
  return found[1] === "-" ? -value : value
}

/** A whole number of a PAX record; none when it is no such thing. */
export const paxNumber = (text: string): number | undefined => {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(value) ? value : undefined
}

/** Splits the content of a PAX header into records; none when it is malformed. Later records win. */
export const paxRecords = (content: Buffer): Map<string, Buffer> | undefined => {
  const records = new Map<string, Buffer>()
  let at = 0
  while (at < content.length) {
    const space = content.indexOf(0x20, at)
    if (space < 0 || space - at > 8) return undefined
    const length = paxNumber(content.toString("latin1", at, space))
    if (length === undefined || length < space - at + 3 || at + length > content.length) return undefined
    const record = content.subarray(space + 1, at + length)
    const equals = record.indexOf(0x3d)
    if (equals < 1 || record[record.length - 1] !== 0x0a) return undefined
    records.set(record.toString("utf8", 0, equals), record.subarray(equals + 1, -1))
    at += length
  }
  return records
}
