import { posix } from "node:path"
import type { HostRoot } from "@gantry/engine/containers/host-root"
import { bad, good, type Result } from "../Result.ts"

/** Reads what follows `--rootfs`: `DIRECTORY[:O]`, from `cwd` on. `:O` keeps the container's writes out of the directory. */
export const parseHostRoot = (text: string, cwd: string): Result<HostRoot> => {
  const colon = text.lastIndexOf(":")
  const words = colon < 0 || text.slice(colon).includes("/") ? [] : text.slice(colon + 1).split(",")
  const path = words.length === 0 ? text : text.slice(0, colon)
  const strange = words.find((word) => word !== "O")
  if (strange !== undefined) return bad(`unknown option "${strange}" after the directory: O is known`)
  return path === "" ? bad("it needs a directory") : good({ path: posix.resolve(cwd, path), overlay: words.length > 0 })
}
