import type { BlockResource } from "@gantry/core/runtime/ContainerSpec"
import { bad, good, type Result } from "../Result.ts"
import { parseBytes } from "./bytes.ts"

type Kind = BlockResource["kind"]

const units = "Unit is optional and can be kb, mb, or gb"

/** Reads `--blkio-weight-device`, `--device-read-bps` and their like: `/dev/sda:200`, `/dev/sda:1mb`. */
export const parseBlockDevice =
  (kind: Kind) =>
  (text: string): Result<BlockResource> => {
    const colon = text.indexOf(":")
    if (colon < 1) return bad(`bad format: ${text}`)
    const path = text.slice(0, colon)
    if (!path.startsWith("/dev/")) return bad(`bad format for device path: ${text}`)
    const number = text.slice(colon + 1)
    const value = kind.endsWith("Bps") ? bytesOf(number) : wholeOf(number)
    if (kind === "weight") {
      const within = value !== undefined && (value === 0 || (value >= 10 && value <= 1000))
      return within ? good({ path, kind, value }) : bad(`invalid weight for device: ${text}`)
    }
    if (value !== undefined) return good({ path, kind, value })
    const unit = kind.endsWith("Bps") ? "[<unit>]" : ""
    const form = `The correct format is <device-path>:<number>${unit}. Number must be a positive integer`
    return bad(`invalid rate for device: ${text}. ${form}${unit === "" ? "" : `. ${units}`}`)
  }

const wholeOf = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined)

const bytesOf = (text: string): number | undefined => {
  const read = parseBytes(text)
  return read.ok ? read.value : undefined
}
