import { describe, expect, it } from "vitest"
import type { Service } from "@gantry/compose/Project"
import type { Member } from "../../src/projects/life/members.ts"
import { isTorn } from "../../src/projects/make/shared-containers.ts"
import { service } from "./bare.ts"

const member = (options: object): Member => ({ record: { id: "me", options } }) as unknown as Member

const torn = (said: Partial<Service>, options: object, now: string | undefined, renewed: ReadonlyArray<string> = []) =>
  isTorn(
    service("side", said),
    member({ network: "shop_default", ...options }),
    new Map(now === undefined ? [] : [["web", now]]),
    new Set(renewed)
  )

describe("containers that share something with containers of other services", () => {
  it.each([
    ["network", { networkMode: "service:web" }, (id: string) => ({ network: `container:${id}` })],
    ["processes", { pid: "service:web" }, (id: string) => ({ joins: { pid: id } })],
    ["memory", { ipc: "service:web" }, (id: string) => ({ joins: { ipc: id } })],
    [
      "volumes",
      { volumesFrom: [{ from: "service" as const, name: "web", readOnly: true }] },
      (id: string) => ({ volumesFrom: ["other", `${id}:ro`] })
    ]
  ])("are torn from their %s when that is another container now", (_, said, has) => {
    expect(torn(said, has("old"), "old")).toBe(false)
    expect(torn(said, has("old"), "new")).toBe(true)
    expect(torn(said, has("old"), "old", ["web"])).toBe(true)
    // One that is not there is no other one.
    expect(torn(said, has("old"), undefined)).toBe(false)
  })

  it("are not torn from what they share nothing with", () => {
    expect(torn({ networkMode: "host", pid: "host" }, { network: "host" }, "new", ["web"])).toBe(false)
    expect(torn({}, {}, "new", ["web"])).toBe(false)
  })
})
