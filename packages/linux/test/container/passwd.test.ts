import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { lookUp, UnknownName } from "../../src/container/passwd.ts"

const passwd = [
  "root:x:0:0:root:/root:/bin/sh",
  "# a comment",
  "app:x:1000:1000::/home/app:/bin/sh",
  "500:x:42:42::/odd:/bin/sh",
  "homeless:x:7:7:::/bin/sh",
  "broken:x"
].join("\n")
const group = ["root:x:0:", "app:x:1000:", "wheel:x:10:root,app", "audio:x:29:app", "30:x:31:"].join("\n")
const find = (user: string, groups: ReadonlyArray<string> = []) => lookUp({ user, groups }, passwd, group)

describe("who a process runs as", () => {
  it.each([
    ["", { uid: 0, gid: 0, groups: [0, 10], home: "/root" }],
    ["root", { uid: 0, gid: 0, groups: [0, 10], home: "/root" }],
    ["app", { uid: 1000, gid: 1000, groups: [1000, 10, 29], home: "/home/app" }],
    ["1000", { uid: 1000, gid: 1000, groups: [1000, 10, 29], home: "/home/app" }],
    ["app:audio", { uid: 1000, gid: 29, groups: [29], home: "/home/app" }],
    ["app:5", { uid: 1000, gid: 5, groups: [5], home: "/home/app" }],
    ["4242", { uid: 4242, gid: 0, groups: [0], home: "/" }],
    ["4242:4343", { uid: 4242, gid: 4343, groups: [4343], home: "/" }],
    [":audio", { uid: 0, gid: 29, groups: [29], home: "/root" }],
    ["homeless", { uid: 7, gid: 7, groups: [7], home: "/" }]
  ])("is looked up for %j", (user, expected) => {
    expect(find(user)).toEqual(expected)
  })

  it("takes a name before a number", () => {
    expect(find("500").uid).toBe(42)
    expect(find("root:30").gid).toBe(31)
  })

  it("adds the groups asked for, each once", () => {
    expect(find("app", ["audio", "77", "wheel"]).groups).toEqual([1000, 10, 29, 77])
  })

  it.each([
    ["nobody", "unable to find user nobody"],
    ["root:nothing", "unable to find group nothing"],
    ["broken", "unable to find user broken"],
    ["4294967296", "is not between"]
  ])("refuses %s", (user, why) => {
    expect(() => find(user)).toThrow(why)
  })

  // 4294967295 is -1 for setresuid(2), which leaves the user as it is: root.
  it.each(["4294967295:1", "1:4294967295", "-1:1", "1:-1", "x:1", "1:x", ":1", "1:"])(
    "refuses the numbers %s of a passwd file",
    (numbers) => {
      expect(() => lookUp({ user: "odd", groups: [] }, `odd:x:${numbers}::/:/bin/sh`, "")).toThrow(UnknownName)
    }
  )

  it("leaves out a group of the user that has no number", () => {
    const groups = "one:x:1:odd\nnone:x::odd\ntext:x:text:odd"
    expect(lookUp({ user: "odd", groups: [] }, "odd:x:5:5::/:/bin/sh", groups).groups).toEqual([5, 1])
  })

  it("is not led astray by rows of others that have no number, or one that nobody may ask for", () => {
    const rows =
      "odd:x:::::\nbig:x:4294967294:4294967294::/:/bin/sh\nnone:x:4294967295:0::/:/bin/sh\nroot:x:0:0::/root:/bin/sh\n"
    expect(lookUp({ user: "", groups: [] }, rows, "")).toMatchObject({ uid: 0, home: "/root" })
    expect(lookUp({ user: "root", groups: [] }, rows, "huge:x:4294967294:root\n").groups).toEqual([0, 4294967294])
    expect(lookUp({ user: "big", groups: [] }, rows, "")).toMatchObject({ uid: 4294967294, gid: 4294967294 })
    expect(() => lookUp({ user: "none", groups: [] }, rows, "")).toThrow("unable to find user none")
  })

  it("works without any file, for numbers", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.nat(2 ** 31 - 1), (uid, gid) => {
        expect(lookUp({ user: `${uid}:${gid}`, groups: [] }, "", "")).toEqual({ uid, gid, groups: [gid], home: "/" })
      })
    )
  })
})
