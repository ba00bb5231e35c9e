import { bad, good, type Result } from "../Result.ts"

/** Whether the text is an IPv4 address of four decimal parts without leading zeros. */
export const isIPv4 = (text: string): boolean => {
  const parts = text.split(".")
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

/** Whether the text is an IPv6 address without brackets; a zone such as `%eth0` may follow. Spec: RFC 4291, 2.2. */
export const isIPv6 = (text: string): boolean => {
  const [address = "", ...zone] = text.split("%")
  if (zone.length > 1 || zone[0] === "") return false
  const halves = address.split("::")
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")))
  const last = groups.at(-1)
  const embedded = last !== undefined && last.includes(".") && address.endsWith(last)
  if (embedded && !isIPv4(last)) return false
  const words = embedded ? groups.slice(0, -1) : groups
  const count = words.length + (embedded ? 2 : 0)
  return words.every((word) => /^[0-9a-f]{1,4}$/i.test(word)) && (halves.length === 2 ? count < 8 : count === 8)
}

/** Whether the text is an address of either family. */
export const isIp = (text: string): boolean => isIPv4(text) || isIPv6(text)

/** Takes the brackets off `[::1]`; anything else stays as it is. */
export const unbracketed = (text: string): string =>
  text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text

/** Reads one IPv4 address. */
export const parseIPv4 = (text: string): Result<string> =>
  isIPv4(text) ? good(text) : bad(`${text} is not an IPv4 address`)

/** Reads one IPv6 address without a zone. */
export const parseIPv6 = (text: string): Result<string> =>
  isIPv6(text) && !text.includes("%") ? good(text) : bad(`${text} is not an IPv6 address`)
