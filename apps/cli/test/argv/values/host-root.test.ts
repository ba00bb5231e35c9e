import { describe, expect, it } from "vitest"
import { parseHostRoot } from "../../../src/argv/values/host-root.ts"

describe("--rootfs", () => {
  it.each([
    ["/a/b", { path: "/a/b", overlay: false }],
    ["b", { path: "/home/me/b", overlay: false }],
    ["./b/:O", { path: "/home/me/b", overlay: true }],
    ["/a:b/c", { path: "/a:b/c", overlay: false }]
  ])("%s is a directory", (text, value) => {
    expect(parseHostRoot(text, "/home/me")).toEqual({ ok: true, value })
  })

  it.each([
    ["", /needs a directory/],
    [":O", /needs a directory/],
    ["/a:idmap", /unknown option "idmap"/],
    ["/a:O,Z", /unknown option "Z"/]
  ])("%s is refused", (text, problem) => {
    const result = parseHostRoot(text, "/")
    expect(result.ok ? "" : result.problem).toMatch(problem)
  })
})
