import type { ConfiguredLimit } from "@gantry/core/Settings"
import { good, type Result } from "../Result.ts"
import { parseBytes } from "./bytes.ts"

/** Reads a limit of the build cache: bytes (`20GB`), percent of the file system (`15%`), or `none`, which is undefined. */
export const parseCacheLimit = (text: string): Result<ConfiguredLimit | undefined> => {
  if (text === "none") return good(undefined)
  const [, percent] = /^(100|\d{1,2})%$/.exec(text) ?? []
  return percent === undefined ? parseBytes(text) : good({ percent: Number(percent) })
}
