import { describe, expect, it } from "vitest"
import { parseUsers } from "../../../src/argv/values/users.ts"

describe("--userns", () => {
  it.each([
    ["", { type: "host" }],
    ["host", { type: "host" }],
    ["keep-id", { type: "keep-id" }],
    ["keep-id:uid=200,gid=210", { type: "keep-id", uid: 200, gid: 210 }],
    ["keep-id:gid=0", { type: "keep-id", gid: 0 }],
    ["auto", { type: "auto" }],
    ["auto:size=1024", { type: "auto", size: 1024 }]
  ])("reads %j", (typed, value) => {
    expect(parseUsers(typed)).toEqual({ ok: true, value: { ...value, typed } })
  })

  it.each([
    ["foo", "invalid USER mode"],
    ["keep-ids", "invalid USER mode"],
    ["private", "private is not supported yet"],
    ["container:web", "container:web is not supported yet"],
    ["ns:/proc/1/ns/user", "ns:/proc/1/ns/user is not supported yet"],
    ["keep-id:", 'invalid USER mode: keep-id:: "" is none of uid=, gid='],
    ["keep-id:size=5", '"size=5" is none of uid=, gid='],
    ["keep-id:uid=1,uid=2", '"uid=2" is none of uid=, gid='],
    ["keep-id:uid=me", '"me" is no number of a user or group'],
    ["keep-id:uid=4294967295", '"4294967295" is no number of a user or group'],
    ["auto:size=0", "a size of 0"]
  ])("refuses %s", (typed, problem) => {
    const result = parseUsers(typed)
    expect(result.ok ? "" : result.problem).toContain(problem)
  })
})
