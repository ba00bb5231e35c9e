import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fieldsOf } from "../../../src/argv/values/csv.ts"
import { parseMount } from "../../../src/argv/values/mount.ts"

const read = (text: string) => parseMount(text, "/home/me")

describe("--mount", () => {
  it("reads every type", () => {
    expect(read("type=bind,src=/a,dst=/x,ro,bind-propagation=rprivate,bind-recursive=readonly")).toEqual({
      ok: true,
      value: {
        type: "bind",
        source: "/a",
        target: "/x",
        readOnly: true,
        propagation: "rprivate",
        recursion: "readonly",
        createSource: false
      }
    })
    expect(read("source=v,target=/x,volume-nocopy,volume-opt=o=addr=1,volume-label=a,volume-subpath=s")).toEqual({
      ok: true,
      value: {
        type: "volume",
        source: "v",
        target: "/x",
        readOnly: false,
        noCopy: true,
        subpath: "s",
        labels: { a: "" },
        driverOptions: { o: "addr=1" }
      }
    })
    expect(read("type=tmpfs,destination=/x,tmpfs-size=1m,tmpfs-mode=1777")).toEqual({
      ok: true,
      value: { type: "tmpfs", target: "/x", readOnly: false, sizeBytes: 1024 ** 2, mode: 0o1777 }
    })
    expect(read("type=image,src=alpine,dst=/x,image-subpath=etc")).toEqual({
      ok: true,
      value: { type: "image", source: "alpine", target: "/x", readOnly: true, subpath: "etc" }
    })
    for (const words of ["rw", "rw=true", "readonly=false"])
      expect(read(`type=image,src=alpine,dst=/x,${words}`)).toMatchObject({ value: { readOnly: false } })
    expect(read("type=image,src=alpine,dst=/x,subpath=a")).toMatchObject({ value: { subpath: "a" } })
    expect(read("type=bind,src=a,dst=/x,create=true,readonly=0")).toMatchObject({
      value: { source: "/home/me/a", createSource: true, readOnly: false }
    })
  })

  it.each([
    ["type=bind,source=/a", "target is required"],
    ["target=/x,foo=1", "unexpected key 'foo' in 'foo=1'"],
    ["foo", "invalid field 'foo' must be a key=value pair"],
    ["src,dst=/x", "invalid field 'src' must be a key=value pair"],
    ["type=bind,src=/a,dst=/x,readonly=x", "invalid value for readonly: x"],
    ["type=bind,src=/a,dst=/x,readonly=constructor", "invalid value for readonly: constructor"],
    ["type=bind,src=/a,dst=/x,volume-nocopy", "cannot mix 'volume-*' options with mount type 'bind'"],
    ["type=volume,dst=/x,bind-propagation=rshared", "cannot mix 'bind-*' options with mount type 'volume'"],
    ["type=volume,dst=/x,tmpfs-size=1", "cannot mix 'tmpfs-*' options with mount type 'volume'"],
    [
      "type=bind,src=/a,dst=/x,bind-recursive=readonly",
      "option 'bind-recursive=readonly' requires 'readonly' to be specified in conjunction"
    ],
    [
      "type=bind,src=/a,dst=/x,bind-recursive=readonly,ro",
      "option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction"
    ],
    ["type=bind,src=/a,dst=/x,subpath=b", "a mount of type bind has no subpath"],
    ["type=tmpfs,dst=/x,tmpfs-mode=9", "invalid value for tmpfs-mode: 9"],
    ["type=tmpfs,dst=/x,tmpfs-size=q", "invalid value for tmpfs-size: q"],
    ['type=tmpfs,dst=/x,ro,"volume-x=2"', "unexpected key 'volume-x' in 'volume-x=2'"],
    ["type=foo,dst=/x", 'mount type unknown: "foo" (must be "bind", "volume", "tmpfs" or "image")'],
    ["type=bind,dst=/x", "a mount of type bind needs a source"],
    ["type=volume,dst=x", "invalid mount path: 'x' mount path must be absolute"]
  ])("refuses %s", (text, problem) => {
    expect(read(text)).toEqual({ ok: false, problem })
  })
})

describe("fieldsOf", () => {
  it("reads back any fields that were quoted", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (fields) => {
        const line = fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(",")
        expect(fieldsOf(line)).toEqual({ ok: true, value: fields })
      })
    )
  })

  it("refuses a quote in the wrong place", () => {
    expect(fieldsOf('a"b').ok).toBe(false)
    expect(fieldsOf('"a').ok).toBe(false)
  })
})
