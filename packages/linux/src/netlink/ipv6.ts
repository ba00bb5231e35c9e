import { formatIPv4, parseIPv4 } from "./ipv4.ts"

const group = /^[0-9a-f]{1,4}$/i

/** The 16-bit groups of a part between `::`, whose last one may be an IPv4 address. Undefined when one is malformed. */
const groupsOf = (text: string): ReadonlyArray<number> | undefined => {
  if (text === "") return []
  const groups: Array<number> = []
  const parts = text.split(":")
  for (const [index, part] of parts.entries()) {
    const four = index === parts.length - 1 && part.includes(".") ? parseIPv4(part) : undefined
    if (four !== undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = four
      groups.push(a * 256 + b, c * 256 + d)
    } else if (group.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}

/** The sixteen bytes of an address. Undefined for anything else, also with a zone. Spec: RFC 4291, 2.2. */
export const parseIPv6 = (text: string): Uint8Array | undefined => {
  const halves = text.split("::")
  const [head, tail] = halves.map(groupsOf)
  if (halves.length > 2 || head === undefined || (halves.length === 2 && tail === undefined)) return undefined
  // Only the end of an address may be spelled as IPv4.
  if (halves.length === 2 && halves[0]?.includes(".") === true) return undefined
  const missing = 8 - head.length - (tail?.length ?? 0)
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...(tail ?? [])]
  return Uint8Array.from(groups.flatMap((each) => [each >>> 8, each & 255]))
}

/** Where the longest row of zero groups begins and ends; the first of several. A single one is no row. */
const longestZeros = (groups: ReadonlyArray<number>): readonly [from: number, to: number] => {
  let best: readonly [number, number] = [0, 0]
  for (let from = 0; from < groups.length; from++) {
    let to = from
    while (groups[to] === 0) to++
    if (to - from > Math.max(1, best[1] - best[0])) best = [from, to]
  }
  return best
}

/** The one spelling of an address. Spec: RFC 5952. */
export const formatIPv6 = (bytes: Uint8Array): string => {
  const groups = Array.from({ length: 8 }, (_, index) => (bytes[index * 2] ?? 0) * 256 + (bytes[index * 2 + 1] ?? 0))
  const mapped = groups.slice(0, 5).every((each) => each === 0) && groups[5] === 0xffff
  if (mapped) return `::ffff:${formatIPv4(bytes.subarray(12))}`
  const [from, to] = longestZeros(groups)
  const hex = (some: ReadonlyArray<number>) => some.map((each) => each.toString(16)).join(":")
  return to === from ? hex(groups) : `${hex(groups.slice(0, from))}::${hex(groups.slice(to))}`
}

/** The one spelling of an address that may be spelled otherwise; undefined for what is none. */
export const canonicalIPv6 = (text: string): string | undefined => {
  const bytes = parseIPv6(text)
  return bytes === undefined ? undefined : formatIPv6(bytes)
}
