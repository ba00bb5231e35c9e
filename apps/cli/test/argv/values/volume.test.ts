import { describe, expect, it } from "vitest"
import { parseTmpfs } from "../../../src/argv/values/tmpfs.ts"
import { parseVolume } from "../../../src/argv/values/volume.ts"

const plain = { readOnly: false, noCopy: false }

describe("--volume", () => {
  it.each([
    ["/ctr", { kind: "anonymous", target: "/ctr", ...plain }],
    ["name:/ctr", { kind: "volume", name: "name", target: "/ctr", ...plain }],
    ["rel:/ctr", { kind: "volume", name: "rel", target: "/ctr", ...plain }],
    ["/host:/ctr", { kind: "bind", source: "/host", target: "/ctr", ...plain }],
    ["./rel:/ctr", { kind: "bind", source: "/home/me/rel", target: "/ctr", ...plain }],
    [".:/ctr/", { kind: "bind", source: "/home/me", target: "/ctr", ...plain }],
    ["../x:/ctr", { kind: "bind", source: "/home/x", target: "/ctr", ...plain }],
    ["/a:/b:ro", { kind: "bind", source: "/a", target: "/b", ...plain, readOnly: true }],
    ["v1:/b:nocopy,rw", { kind: "volume", name: "v1", target: "/b", ...plain, noCopy: true }],
    ["/a:/b:ro,Z", { kind: "bind", source: "/a", target: "/b", ...plain, readOnly: true, relabel: "private" }],
    ["/a:/b:z,rslave", { kind: "bind", source: "/a", target: "/b", ...plain, relabel: "shared", propagation: "rslave" }]
  ])("reads %s", (text, value) => {
    expect(parseVolume(text, "/home/me")).toEqual({ ok: true, value })
  })

  it.each([
    ["", "invalid empty volume spec"],
    ["/a:/b:/c:ro", "invalid spec: /a:/b:/c:ro: too many colons"],
    ["/a:/b:/c", "invalid spec: /a:/b:/c: too many colons"],
    [":/x", "invalid spec: :/x: empty section between colons"],
    ["/a:", "invalid spec: /a:: empty section between colons"],
    [
      "a:b",
      `invalid volume specification: 'a:b': invalid mount config for type "volume": invalid mount path: 'b' mount path must be absolute`
    ],
    ["/a:/", "invalid volume specification: '/a:/': destination can't be '/'"],
    ["/a:/x/..", "invalid volume specification: '/a:/x/..': destination can't be '/'"],
    ["/a:/b:foo", "invalid mode: foo"],
    ["/a:/b:ro,rw", "invalid mode: ro,rw"]
  ])("refuses %s", (text, problem) => {
    expect(parseVolume(text, "/home/me")).toEqual({ ok: false, problem })
  })

  it.each(["rel/x:/ctr", "~/x:/ctr", "a:/ctr"])("refuses %s, which is neither a name nor a path", (text) => {
    const result = parseVolume(text, "/home/me")
    expect(result.ok ? "" : result.problem).toContain("begin with / or ./ to mean a directory of the host")
  })
})

describe("--tmpfs", () => {
  it("reads a path with flags and settings", () => {
    expect(parseTmpfs("/run")).toEqual({ ok: true, value: { target: "/run", flags: [], data: {} } })
    expect(parseTmpfs("/run:ro,noexec,size=64m,mode=1777")).toEqual({
      ok: true,
      value: { target: "/run", flags: ["ro", "noexec"], data: { size: "64m", mode: "1777" } }
    })
  })

  it.each(["run", "/", "/run:size", "/run:size=x", "/run:foo", "/run:mode=9", "/run:toString=1", ""])(
    "refuses %s",
    (text) => {
      expect(parseTmpfs(text).ok).toBe(false)
    }
  )
})
