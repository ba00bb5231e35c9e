import type { JournalEvent } from "@gantry/engine/events/JournalEvent"
import { describe, expect, it } from "vitest"
import { eventLine } from "../../src/show/event-line.ts"

const start: JournalEvent = {
  at: Date.UTC(2026, 0, 2, 3, 4, 5, 67),
  type: "container",
  action: "start",
  id: "abc",
  attributes: { name: "site", image: "web", "a.label": "x y" }
}

const shown = (event: JournalEvent, format?: string, offset = 0): string => {
  const line = eventLine(format, offset)
  if (!line.ok) return line.problem
  const text = line.value(event)
  return text.ok ? text.value : text.problem
}

describe("a line of events", () => {
  it("has a time with nine digits in the caller's zone, and the attributes in order", () => {
    expect(shown(start)).toBe("2026-01-02T03:04:05.067000000Z container start abc (a.label=x y, image=web, name=site)")
    expect(shown(start, "", -150)).toMatch(/^2026-01-02T00:34:05\.067000000-02:30 container/)
    const builder: JournalEvent = { ...start, type: "builder", action: "prune", id: "", attributes: {} }
    expect(shown(builder)).toBe("2026-01-02T03:04:05.067000000Z builder prune ")
  })

  it("stays one line without control sequences, whatever labels say", () => {
    const hostile = { ...start, attributes: { label: "\u001b[2J\u001b]0;title\u0007a\nb" } }
    expect(shown(hostile)).toBe("2026-01-02T03:04:05.067000000Z container start abc (label=a b)")
  })

  it("is Docker's object with json", () => {
    const object: unknown = JSON.parse(shown(start, "json"))
    expect(object).toEqual({
      status: "start",
      id: "abc",
      from: "web",
      Type: "container",
      Action: "start",
      Actor: { ID: "abc", Attributes: start.attributes },
      scope: "local",
      time: 1767323045,
      timeNano: 1767323045067000000
    })
    expect(shown(start, "json")).toContain('"timeNano":1767323045067000000}')
    expect(shown(start, "{{json .}}")).toBe(shown(start, "json"))
    expect(shown({ ...start, type: "network" }, "json")).not.toContain("status")
  })

  it("is what a template makes of it", () => {
    const template =
      '{{.Type}} {{.Action}} {{.Actor.ID}} {{.Actor.Attributes.name}} {{index .Actor.Attributes "a.label"}}'
    expect(shown(start, template)).toBe("container start abc site x y")
    expect(shown(start, "{{.Status}} {{.ID}} {{.From}} {{.Scope}} {{.Time}} {{.TimeNano}}")).toBe(
      "start abc web local 1767323045 1767323045067000000"
    )
    expect(shown(start, "{{json .Actor.Attributes}}")).toBe('{"a.label":"x y","image":"web","name":"site"}')
    expect(shown(start, "{{.Nope}}")).toMatch(/Nope/)
    expect(shown(start, "{{")).toMatch(/template parsing error/)
  })
})
