import { parseByteSize } from "@gantry/core/byte-size"
import { bad, good, type Result } from "../Result.ts"

/** Reads a size with an optional binary suffix: `512`, `512b`, `1.5g`, `64 MiB`. The result is whole bytes. */
export const parseBytes = (text: string): Result<number> => {
  const size = parseByteSize(text)
  return typeof size === "number" ? good(size) : bad(size.problem)
}

/** Reads `--memory-swap`: a size, or `-1` for no limit. */
export const parseSwapBytes = (text: string): Result<number> => (text === "-1" ? good(-1) : parseBytes(text))
