import type { JournalEvent } from "@gantry/engine/events/JournalEvent"
import { bad, good, type Result } from "../argv/Result.ts"
import { jsonCompact } from "./json.ts"
import { evaluate } from "./template/evaluate.ts"
import type { TemplateFunction } from "./template/functions.ts"
import { parseTemplate } from "./template/parse.ts"
import { unescapeFormat } from "./template.ts"
import { visibleOnly } from "./text.ts"
import { localRfc3339Nano } from "./time.ts"

/** An event as a line of text, without its line break. */
export type EventLine = (event: JournalEvent) => Result<string>

/** How `--format` wants events: as Docker's text, with `json` as one object a line, or by a Go template. */
export const eventLine = (format: string | undefined, offset?: number): Result<EventLine> => {
  const written = (format ?? "").trim()
  if (written === "") return good((event) => good(eventText(event, offset)))
  if (written === "json") return good((event) => good(jsonCompact(jsonOf(event))))
  const body = parseTemplate(unescapeFormat(written))
  if (!body.ok) return bad(`template parsing error: ${body.problem}`)
  return good((event) => {
    const fields = fieldsOf(event)
    const json: TemplateFunction = ([value]) => good(jsonCompact(value === fields ? jsonOf(event) : value))
    const text = evaluate(body.value, fields, new Map([["json", json]]))
    return text.ok ? text : bad(`template: ${written}: ${text.problem}`)
  })
}

/** `2026-01-02T15:04:05.123000000Z container start 1f3e… (image=web, name=site)`, in the zone of `offset`. */
const eventText = ({ action, at, attributes, id, type }: JournalEvent, offset?: number): string => {
  const details = Object.entries(attributes)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(", ")
  // Labels and commands are others' words.
  return visibleOnly(
    `${localRfc3339Nano(at, offset)} ${type} ${action} ${id}${details === "" ? "" : ` (${details})`}`.replaceAll(
      "\n",
      " "
    )
  )
}

/** What older clients look for: only containers and images have it. */
const older = ({ action, attributes, id, type }: JournalEvent) => {
  if (type !== "container" && type !== "image") return undefined
  return { status: action, id, ...(type === "container" ? { from: attributes["image"] ?? "" } : {}) }
}

/** The fields as Docker's API spells them. Spec: Docker Engine API, `GET /events`. */
const jsonOf = (event: JournalEvent): unknown => ({
  ...older(event),
  Type: event.type,
  Action: event.action,
  Actor: { ID: event.id, Attributes: event.attributes },
  scope: "local",
  ...timesOf(event)
})

/** The fields as templates spell them. */
const fieldsOf = (event: JournalEvent) => {
  const { from = "", id = "", status = "" } = { ...older(event) }
  const { time, timeNano } = timesOf(event)
  return {
    Status: status,
    ID: id,
    From: from,
    Type: event.type,
    Action: event.action,
    Actor: { ID: event.id, Attributes: new Map(Object.entries(event.attributes)) },
    Scope: "local",
    Time: time,
    TimeNano: timeNano
  }
}

/** Seconds and nanoseconds since 1970. Milliseconds times a million print exactly although no number is so fine. */
const timesOf = ({ at }: JournalEvent) => ({ time: Math.floor(at / 1000), timeNano: at * 1_000_000 })
