import { bad, good, type Result } from "../Result.ts"

const powers: Readonly<Record<string, number>> = { b: 0, k: 1, m: 2, g: 3, t: 4, p: 5 }

/** Reads a size with an optional binary suffix: `512`, `512b`, `1.5g`, `64 MiB`. The result is whole bytes. */
export const parseBytes = (text: string): Result<number> => {
  const match = /^(\d+\.?\d*|\.\d+) ?([a-z]*)$/i.exec(text)
  if (match === null) return bad(`invalid size: '${text}'`)
  const [, digits = "", suffix = ""] = match
  const unit = /^(?:b|([kmgtp])(?:i?b)?)?$/i.exec(suffix)
  if (unit === null) return bad(`invalid suffix: '${suffix.toLowerCase()}'`)
  const bytes = Math.floor(Number(digits) * 1024 ** (powers[(unit[1] ?? "b").toLowerCase()] ?? 0))
  return Number.isSafeInteger(bytes) ? good(bytes) : bad(`invalid size: '${text}'`)
}

/** Reads `--memory-swap`: a size, or `-1` for no limit. */
export const parseSwapBytes = (text: string): Result<number> => (text === "-1" ? good(-1) : parseBytes(text))
