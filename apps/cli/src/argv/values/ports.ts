import { bad, good, type Result } from "../Result.ts"

/** Transport protocols that can carry a published port. */
export type Protocol = "tcp" | "udp" | "sctp"

/** Ports from `first` to `last`, both included. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

/** Reads `tcp`, `udp` or `sctp` in any case; nothing means `tcp`. */
export const parseProtocol = (text: string): Result<Protocol> => {
  const word = text.toLowerCase()
  if (word === "") return good("tcp")
  return word === "tcp" || word === "udp" || word === "sctp" ? good(word) : bad(`invalid proto: ${text}`)
}

/** Reads `80` or `80-82`, each from 0 to 65535 and in rising order. Missing when it is neither. */
export const parsePortRange = (text: string): PortRange | undefined => {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  if (match === null) return undefined
  const first = Number(match[1])
  const last = Number(match[2] ?? match[1])
  return first <= last && last <= 65535 ? { first, last } : undefined
}

/** How many ports a range has. */
export const countOf = ({ first, last }: PortRange): number => last - first + 1
