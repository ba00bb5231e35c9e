import { describe, expect, it } from "vitest"
import { parseAnnotation, parseOutput } from "../../../src/argv/values/output.ts"

const read = (text: string) => {
  const result = parseOutput(text)
  return result.ok ? result.value : result.problem
}

describe("--output", () => {
  it("takes a folder alone, and a dash for an archive on standard output", () => {
    expect(read("out")).toEqual({ type: "local", dest: "out", mode: "copy", split: "auto" })
    expect(read("-")).toEqual({ type: "tar", dest: "-", split: "auto" })
    expect(read("a=b/c")).toEqual({ type: "local", dest: "a=b/c", mode: "copy", split: "auto" })
  })

  it("reads every type with its keys", () => {
    expect(read("type=local,dest=out,mode=delete,platform-split=false")).toEqual({
      type: "local",
      dest: "out",
      mode: "delete",
      split: "never"
    })
    expect(read("type=tar")).toEqual({ type: "tar", split: "auto" })
    expect(read('type=image,"name=a:1,b:2",push=true,compression=zstd,compression-level=9')).toEqual({
      type: "image",
      push: true,
      byDigest: false,
      store: true,
      names: ["a:1", "b:2"],
      compression: { kind: "zstd", level: 9, force: false },
      annotations: []
    })
    expect(read("type=registry,push-by-digest=true,store=false")).toMatchObject({
      push: true,
      byDigest: true,
      store: false
    })
    expect(read("type=oci,dest=x,tar=false,compression=uncompressed,force-compression=true")).toMatchObject({
      type: "oci",
      dest: "x",
      tar: false,
      compression: { kind: "none", force: true }
    })
    expect(
      read("type=docker,rewrite-timestamp=true,annotation.k=v,annotation-manifest[linux/arm64].K=w")
    ).toMatchObject({
      annotations: [
        { level: "manifest", key: "k", value: "v" },
        { level: "manifest", platform: "linux/arm64", key: "K", value: "w" }
      ]
    })
    expect(read("type=cacheonly")).toEqual({ type: "cacheonly" })
  })

  it.each([
    ["", "it is empty"],
    ["type=oci,dest", "key=value pair"],
    ["dest=out,mode=delete", "type is required"],
    ["type=magic", 'no output of type "magic"'],
    ["type=constructor", 'no output of type "constructor"'],
    ["type=local", "dest is required"],
    ["type=local,dest=-", "dest is required"],
    ["type=local,dest=o,mode=move", "neither copy nor delete"],
    ["type=local,dest=o,name=x", 'no key "name"'],
    ["type=oci,tar=false", "needs dest"],
    ["type=oci,tar=perhaps", "neither true nor false"],
    ["type=oci,compression=estargz", "not supported"],
    ["type=oci,compression=gzip,compression-level=10", "one of 1 to 9"],
    ["type=oci,compression=zstd,oci-mediatypes=false", "no media type for zstd"],
    ["type=image,push-by-digest=true", "needs push"],
    ["type=image,store=false", "nothing would become"],
    ["type=image,annotation-nowhere.k=v", "not to nowhere"],
    ["type=image,annotation=v", "no annotation"]
  ])("refuses %s", (text, why) => {
    expect(read(text)).toContain(why)
  })
})

describe("--annotation", () => {
  const values = (text: string) => {
    const result = parseAnnotation(text)
    return result.ok ? result.value : result.problem
  }

  it("belongs to the manifest unless it says otherwise", () => {
    expect(values("a.b=c=d")).toEqual([{ level: "manifest", key: "a.b", value: "c=d" }])
    expect(values("index:a=b")).toEqual([{ level: "index", key: "a", value: "b" }])
    expect(values("index,manifest[linux/arm64]:a=b")).toEqual([
      { level: "index", key: "a", value: "b" },
      { level: "manifest", platform: "linux/arm64", key: "a", value: "b" }
    ])
    expect(values("a:b=c")).toEqual([{ level: "manifest", key: "a:b", value: "c" }])
  })

  it("is refused without a value or a name, or for something that has none", () => {
    expect(values("a")).toContain("KEY=VALUE")
    expect(values("=a")).toContain("empty")
    expect(values("index-descriptor:a=b")).toContain("not to index-descriptor")
  })
})
