/** The four bytes of a dotted address. Undefined for anything else, also for leading zeros. */
export const parseIPv4 = (text: string): Uint8Array | undefined => {
  const parts = text.split(".")
  const valid = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
  return valid ? Uint8Array.from(parts, Number) : undefined
}

/** The dotted form of four bytes. */
export const formatIPv4 = (bytes: Uint8Array): string => bytes.join(".")

/** The last address of a subnet: all host bits set. */
export const broadcastOf = (address: Uint8Array, prefix: number): Uint8Array =>
  address.map((byte, index) => byte | (0xff >> Math.min(8, Math.max(0, prefix - index * 8))))
