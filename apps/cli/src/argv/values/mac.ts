import { bad, good, type Result } from "../Result.ts"

/** Reads a hardware address of one interface: six bytes in hexadecimal, with colons or dashes. Gives it with colons. */
export const parseMac = (text: string): Result<string> => {
  const plain = text.replaceAll("-", ":").toLowerCase()
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(plain)) return bad(`${text} is not a valid mac address`)
  // The lowest bit of the first byte marks groups of receivers; the kernel refuses it, and an address of zeros.
  const first = Number.parseInt(plain.slice(0, 2), 16)
  return first % 2 === 1 || plain === "00:00:00:00:00:00"
    ? bad(`${text} is not the address of one interface`)
    : good(plain)
}
