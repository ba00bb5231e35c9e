import { describe, expect, it } from "vitest"
import { containerEvent, imageEvent, linkEvent, volumeEvent } from "../../src/events/actors.ts"
import { type EventFilterKey, isWanted } from "../../src/events/event-filter.ts"
import type { JournalEvent } from "../../src/events/JournalEvent.ts"

const at = (event: Omit<JournalEvent, "at">): JournalEvent => ({ at: 0, ...event })
const box = { id: "abc123", imageName: "host:5000/web:1.2", name: "site", labels: { tier: "front", empty: "" } }
const events = {
  start: at(containerEvent(box, "start")),
  exec: at(containerEvent(box, "exec_start: sh -c ls")),
  healthy: at(containerEvent(box, "health_status: healthy")),
  pull: at(imageEvent("pull", "host:5000/web:1.2", "host:5000/web", { tier: "front" })),
  connect: at(linkEvent("connect", { container: "abc123", network: "site-net", networkId: "def456" })),
  mount: at(volumeEvent("mount", "site-data"))
}

const wanted = (...filters: ReadonlyArray<readonly [EventFilterKey, ...ReadonlyArray<string>]>) => {
  const map = new Map(filters.map(([key, ...values]) => [key, values]))
  return Object.entries(events)
    .filter(([, event]) => isWanted(map, event))
    .map(([name]) => name)
}

describe("filters of events", () => {
  it("let everything through when there are none", () => expect(wanted()).toEqual(Object.keys(events)))

  it("of one key are alternatives, and keys must agree", () => {
    expect(wanted(["type", "image", "volume"])).toEqual(["pull", "mount"])
    expect(wanted(["type", "container"], ["event", "start", "pull"])).toEqual(["start"])
    expect(wanted(["scope", "local"])).toEqual(Object.keys(events))
    expect(wanted(["scope", "swarm"])).toEqual([])
    expect(wanted(["daemon", "site"])).toEqual([])
  })

  it("find actions that are followed by a command or a status by their beginning, and others whole", () => {
    expect(wanted(["event", "exec_start"])).toEqual(["exec"])
    expect(wanted(["event", "health_status"])).toEqual(["healthy"])
    expect(wanted(["event", "health_status: unhealthy"])).toEqual([])
    expect(wanted(["event", "star"])).toEqual([])
  })

  it("find containers, networks and volumes by beginnings of names and IDs", () => {
    expect(wanted(["container", "abc"])).toEqual(["start", "exec", "healthy"])
    expect(wanted(["container", "sit"])).toEqual(["start", "exec", "healthy"])
    expect(wanted(["network", "site-net"])).toEqual(["connect"])
    expect(wanted(["network", "def"])).toEqual(["connect"])
    expect(wanted(["volume", "site"])).toEqual(["mount"])
  })

  it("find images, and what runs of them, with and without their tag", () => {
    const all = ["start", "exec", "healthy", "pull"]
    expect(wanted(["image", "host:5000/web:1.2"])).toEqual(all)
    expect(wanted(["image", "host:5000/web"])).toEqual(all)
    expect(wanted(["image", "host"])).toEqual([])
    expect(wanted(["image", "host:5000/web:1.3"])).toEqual([])
  })

  it("ask for every label", () => {
    expect(wanted(["label", "tier"])).toEqual(["start", "exec", "healthy", "pull"])
    expect(wanted(["label", "tier=front", "empty"])).toEqual(["start", "exec", "healthy"])
    expect(wanted(["label", "empty="])).toEqual(["start", "exec", "healthy"])
    expect(wanted(["label", "tier=front", "tier=back"])).toEqual([])
    expect(wanted(["label", "toString"])).toEqual([])
  })
})
