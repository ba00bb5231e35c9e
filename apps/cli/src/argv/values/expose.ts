import { bad, good, type Result } from "../Result.ts"
import { countOf, parsePortRange, parseProtocol, type Protocol } from "./ports.ts"

/** A port that a container listens on. */
export interface ExposedPort {
  readonly port: number
  readonly protocol: Protocol
}

/** Reads `80`, `80/udp` or `8000-8010/tcp`, from `--expose` or an image. */
export const parseExpose = (text: string): Result<ReadonlyArray<ExposedPort>> => {
  const slash = text.indexOf("/")
  const ports = slash === -1 ? text : text.slice(0, slash)
  const range = parsePortRange(ports)
  if (range === undefined || range.first === 0) return bad(`invalid range format for --expose: ${text}`)
  const protocol = parseProtocol(slash === -1 ? "" : text.slice(slash + 1))
  if (!protocol.ok) return protocol
  return good(
    Array.from({ length: countOf(range) }, (_, index) => ({ port: range.first + index, protocol: protocol.value }))
  )
}
