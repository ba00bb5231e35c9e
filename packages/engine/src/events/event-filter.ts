import type { JournalEvent } from "./JournalEvent.ts"

/** What `--filter` of events can ask for. */
export const eventFilterKeys = [
  "config",
  "container",
  "daemon",
  "event",
  "image",
  "label",
  "network",
  "node",
  "plugin",
  "scope",
  "secret",
  "service",
  "type",
  "volume"
] as const

/** A word that `--filter` of events knows. */
export type EventFilterKey = (typeof eventFilterKeys)[number]

/** Wanted values by key. */
export type EventFilters = ReadonlyMap<EventFilterKey, ReadonlyArray<string>>

/** Actions that are followed by what they are about, and are asked for by their beginning. */
const open = ["exec_create", "exec_start", "exec_die", "health_status"]

/**
 * Whether an event is wanted, by Docker's rules: values of one key are alternatives, all keys must agree, but of labels
 * every one. Containers, networks and volumes are found by beginnings of IDs and names, images with and without tag.
 */
export const isWanted = (filters: EventFilters, event: JournalEvent): boolean =>
  [...filters].every(([key, values]) =>
    key === "label"
      ? values.every((value) => hasLabel(event, value))
      : values.some((value) => agrees(event, key, value))
  )

const agrees = (event: JournalEvent, key: Exclude<EventFilterKey, "label">, value: string): boolean => {
  const { action, attributes, id, type } = event
  switch (key) {
    case "event":
      return action === value || (open.some((each) => value.startsWith(each)) && action.startsWith(value))
    case "type":
      return type === value
    case "scope":
      return value === "local"
    case "container":
      return type === "container" && (id.startsWith(value) || (attributes["name"] ?? "").startsWith(value))
    case "network":
      return type === "network" && (id.startsWith(value) || (attributes["name"] ?? "").startsWith(value))
    case "volume":
      return type === "volume" && id.startsWith(value)
    case "image":
      return isOfImage(event, value)
    // Of these there are none.
    case "config":
    case "daemon":
    case "node":
    case "plugin":
    case "secret":
    case "service":
      return false
  }
}

const isOfImage = ({ attributes, id, type }: JournalEvent, value: string): boolean => {
  if (type !== "container" && type !== "image") return false
  const name = attributes[type === "image" ? "name" : "image"] ?? ""
  const ids = type === "image" ? [id] : []
  return [...ids, name].some((text) => text === value || withoutTag(text) === value)
}

/** `host:5000/name:tag` without its tag. */
const withoutTag = (name: string): string => name.replace(/@.*$/, "").replace(/:[^:/]*$/, "")

const hasLabel = ({ attributes }: JournalEvent, text: string): boolean => {
  const cut = text.indexOf("=")
  const name = cut < 0 ? text : text.slice(0, cut)
  return Object.hasOwn(attributes, name) && (cut < 0 || attributes[name] === text.slice(cut + 1))
}
