import { bad, good, type Result } from "../Result.ts"

/** The limits that can be set. Spec: getrlimit(2). */
export const ulimitTypes = [
  "core",
  "cpu",
  "data",
  "fsize",
  "locks",
  "memlock",
  "msgqueue",
  "nice",
  "nofile",
  "nproc",
  "rss",
  "rtprio",
  "rttime",
  "sigpending",
  "stack"
] as const

/** A process limit in the unit of its type; -1 is unlimited. */
export interface Ulimit {
  readonly type: (typeof ulimitTypes)[number]
  readonly soft: number
  readonly hard: number
}

/** Reads one value of `--ulimit`: `type=soft[:hard]`; one number sets both. */
export const parseUlimit = (text: string): Result<Ulimit> => {
  const equals = text.indexOf("=")
  if (equals === -1) return bad(`invalid ulimit argument: ${text}`)
  const name = text.slice(0, equals)
  const limits = text.slice(equals + 1)
  const type = ulimitTypes.find((each) => each === name)
  if (type === undefined) return bad(`invalid ulimit type: ${name}`)
  const parts = limits.split(":")
  if (parts.length > 2)
    return bad(`too many limit value arguments - ${limits}, can only have up to two, \`soft[:hard]\``)
  const numbers = parts.map((part) => (/^(?:-1|\d+)$/.test(part) ? Number(part) : Number.NaN))
  const wrong = numbers.findIndex((each) => !Number.isSafeInteger(each))
  if (wrong !== -1) return bad(`invalid limit: ${JSON.stringify(parts[wrong])}`)
  const [soft = -1, hard = soft] = numbers
  if (hard !== -1 && (soft === -1 || soft > hard)) {
    return bad(
      soft === -1
        ? `ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: ${hard}`
        : `ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}`
    )
  }
  return good({ type, soft, hard })
}
