import { parseByteSize } from "@gantry/core/byte-size"
import { parseDuration } from "@gantry/core/duration"
import { rightsOf } from "../tree/scalars.ts"
import { anyText, type At, integer, number, type Read, say } from "./At.ts"

/** Bytes, as digits; also of a size with a unit. */
export const size: Read<string> = (at) => {
  const found = anyText(at)
  if (found === undefined) return undefined
  const bytes = parseByteSize(found)
  return typeof bytes === "number"
    ? String(bytes)
    : say(at, bytes.problem, "write bytes, or a size such as 64m or 1.5g")
}

/** A size, or `-1` for none. */
export const sizeOrNone: Read<string> = (at) => (at.tree.kind === "scalar" && at.tree.text === "-1" ? "-1" : size(at))

/** A number that is not negative, as text. */
export const amount: Read<string> = (at) => {
  const found = number(at)
  if (found === undefined) return undefined
  return found < 0 ? say(at, `${found} is negative`) : String(found)
}

/** A whole number, as text. */
export const count =
  (least: number, most?: number): Read<string> =>
  (at) => {
    const found = integer(least, most)(at)
    return found === undefined ? undefined : String(found)
  }

const hours: { readonly [unit: string]: number } = { d: 24, w: 7 * 24 }

/** Nanoseconds of a duration such as `1m30s`; days and weeks are understood, too. */
export const nanoseconds: Read<number> = (at) => {
  const found = anyText(at)
  if (found === undefined) return undefined
  const plain = found.replaceAll(
    /(\d+)([dw])/g,
    (_, digits: string, unit: string) => `${Number(digits) * hours[unit]!}h`
  )
  const duration = parseDuration(plain)
  if (duration !== undefined && duration >= 0) return duration
  return say(at, `"${found}" is not a duration`, "write one such as 1m30s")
}

/** A duration as Go writes it. */
export const duration: Read<string> = (at) => {
  const found = nanoseconds(at)
  return found === undefined ? undefined : durationText(found)
}

/** Nanoseconds as Go writes them: `1m30s`, `1h0m0s`, `1.5s`, `300ms`, `0s`. */
export const durationText = (nanos: number): string => {
  if (nanos === 0) return "0s"
  if (nanos < 1e9) {
    const [unit, length] = nanos < 1e3 ? ["ns", 1] : nanos < 1e6 ? ["\u00b5s", 1e3] : ["ms", 1e6]
    return `${trimmed(nanos / (length as number))}${unit}`
  }
  const seconds = Math.floor(nanos / 1e9)
  const rest = trimmed((seconds % 60) + (nanos % 1e9) / 1e9)
  const minutes = Math.floor(seconds / 60)
  if (minutes === 0) return `${rest}s`
  return minutes < 60 ? `${minutes}m${rest}s` : `${Math.floor(minutes / 60)}h${minutes % 60}m${rest}s`
}

const trimmed = (value: number) => String(Number(value.toFixed(9)))

/** Rights of a file, as a number. */
export const rights: Read<number> = (at: At) => {
  const found = at.tree.kind === "scalar" ? rightsOf(at.tree) : undefined
  return found ?? say(at, "it is not the rights of a file", "write them in octal digits, such as 0440")
}
