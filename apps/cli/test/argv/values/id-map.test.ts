import { describe, expect, it } from "vitest"
import { parseIdMap } from "../../../src/argv/values/id-map.ts"
import { parseMount } from "../../../src/argv/values/mount.ts"
import { parseVolume } from "../../../src/argv/values/volume.ts"

const one = { inside: 1000, outside: 0, count: 1 }

describe("idmap", () => {
  it.each([
    [undefined, { type: "fitting" }],
    ["uids=1000-0-1", { type: "given", uids: { relative: false, ranges: [one] } }],
    [
      "uids=@1000-0-1#0-1-10;gids=5-6-7",
      {
        type: "given",
        uids: { relative: true, ranges: [one, { inside: 0, outside: 1, count: 10 }] },
        gids: { relative: false, ranges: [{ inside: 5, outside: 6, count: 7 }] }
      }
    ]
  ])("reads %s", (text, value) => {
    expect(parseIdMap(text)).toEqual({ ok: true, value })
  })

  it.each([
    ["", '"" (must be like'],
    ["uids", '"uids" (must be like'],
    ["users=0-1-1", '"users=0-1-1" (must be like'],
    ["uids=0-1", '"0-1" (must be like'],
    ["uids=0-1-1-1", "must be like"],
    ["uids=a-1-1", "are no numbers that users can have"],
    ["uids=0-0-0", "are no numbers that users can have"],
    ["uids=0-4294967290-6", "are no numbers that users can have"],
    ["uids=0-0-1;uids=1-1-1", "uids twice"],
    ["uids=0-10-2#1-20-1", "1 is in two pieces"],
    ["uids=0-10-2#5-11-1", "11 is in two pieces"]
  ])("refuses %s", (text, problem) => {
    const result = parseIdMap(text)
    expect(result.ok ? "" : result.problem).toContain(problem)
  })

  it("takes as many pieces as the kernel does", () => {
    const pieces = (count: number) => Array.from({ length: count }, (_, at) => `${at}-${at}-1`).join("#")
    expect(parseIdMap(`uids=${pieces(340)}`).ok).toBe(true)
    expect(parseIdMap(`uids=${pieces(341)}`)).toEqual({ ok: false, problem: "invalid idmap: more than 340 pieces" })
  })

  it("is an option of a volume and of a mount, behind which the container's path is looked for no more", () => {
    const given = { type: "given", uids: { relative: false, ranges: [one] } }
    expect(parseVolume("/a:/b:ro,idmap=uids=1000-0-1", "/")).toMatchObject({ value: { readOnly: true, idMap: given } })
    expect(parseVolume("name:/b:idmap", "/")).toMatchObject({ value: { kind: "volume", idMap: { type: "fitting" } } })
    expect(parseMount("type=bind,src=/a,dst=/b,idmap", "/")).toMatchObject({ value: { idMap: { type: "fitting" } } })
    expect(parseMount("type=bind,src=/a,dst=/b,idmap=uids=1000-0-1", "/")).toMatchObject({ value: { idMap: given } })
    const off = parseMount("type=bind,src=/a,dst=/b,idmap=false", "/")
    expect(off.ok && "idMap" in off.value).toBe(false)
  })

  it("is refused twice, in the wrong place, and where it says nothing", () => {
    expect(parseVolume("/a:/b:idmap,idmap", "/")).toMatchObject({ problem: "invalid mode: idmap,idmap" })
    expect(parseVolume("/a:/b:idmap=0", "/")).toMatchObject({ ok: false })
    expect(parseMount("type=tmpfs,dst=/b,idmap", "/")).toEqual({
      ok: false,
      problem: "a mount of type tmpfs has no idmap"
    })
  })
})
