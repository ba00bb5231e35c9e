import { isRecord } from "@gantry/core/is-record"
import type { EventType, JournalEvent } from "./JournalEvent.ts"

/** Longest record, in bytes. One that would be longer, for its labels, is written without most of its attributes. */
export const longestLine = 64 * 1024

/** Longest text of an attribute that is kept then, in characters. */
const longestKept = 256

/** The attributes that say what an event is about; the others are labels. */
const telling: ReadonlyArray<string> = ["container", "exitCode", "image", "name", "signal", "type"]

const spell = (event: JournalEvent): string => `\n${JSON.stringify(event)}\n`

/**
 * The record of an event. It begins with a line break of its own: behind a record that was cut off, by a kill or a full
 * disk, it still stands on a line of its own. Empty lines mean nothing.
 */
export const encodeLine = (event: JournalEvent): Uint8Array => {
  const whole = Buffer.from(spell(event))
  if (whole.length <= longestLine) return whole
  const attributes = Object.fromEntries(
    telling.flatMap((name) => {
      const value = event.attributes[name]
      return value === undefined ? [] : [[name, value.slice(0, longestKept)]]
    })
  )
  const { action, id } = event
  return Buffer.from(
    spell({ ...event, action: action.slice(0, longestKept), id: id.slice(0, longestKept), attributes })
  )
}

const types: ReadonlyArray<string> = [
  "builder",
  "container",
  "image",
  "network",
  "volume"
] satisfies ReadonlyArray<EventType>

/** Reads a line; undefined for what is no whole record. */
export const decodeLine = (line: string): JournalEvent | undefined => {
  if (!line.startsWith("{")) return undefined
  try {
    const found: unknown = JSON.parse(line)
    return isEvent(found) ? found : undefined
  } catch {
    return undefined
  }
}

const isEvent = (value: unknown): value is JournalEvent => {
  if (!isRecord(value)) return false
  const { action, at, attributes, id, type } = value
  return (
    Number.isSafeInteger(at) &&
    typeof type === "string" &&
    types.includes(type) &&
    typeof action === "string" &&
    typeof id === "string" &&
    isRecord(attributes) &&
    Object.values(attributes).every((each) => typeof each === "string")
  )
}
