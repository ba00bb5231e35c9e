import { describe, expect, it } from "vitest"
import { parseCache } from "../../../src/argv/values/cache-place.ts"

const read = (text: string, direction: "from" | "to" = "to") => {
  const result = parseCache(direction)(text)
  return result.ok ? result.value : result.problem
}

describe("--cache-from and --cache-to", () => {
  const plain = { mode: "min", mounts: false, ignoreError: false, force: false, compression: {} }

  it("take the name of a repository alone", () => {
    const place = { type: "registry", ref: "example.com/cache:main" }
    expect(read("example.com/cache:main", "from")).toEqual({ place, ...plain })
    expect(read("type=registry,ref=example.com/cache:main")).toEqual({ place, ...plain })
  })

  it("take a folder, and how much of the build goes there in which form", () => {
    expect(read("type=local,src=cache", "from")).toEqual({
      place: { type: "local", path: "cache", tag: "latest" },
      ...plain
    })
    expect(
      read("type=local,dest=cache,tag=main,mode=max,ignore-error=true,compression=zstd,compression-level=9")
    ).toEqual({
      place: { type: "local", path: "cache", tag: "main" },
      mode: "max",
      mounts: false,
      ignoreError: true,
      force: false,
      compression: { kind: "zstd", level: 9 }
    })
  })

  it("take cache mounts along where they are told to, in both directions", () => {
    expect(read("type=local,dest=cache,mounts=true")).toMatchObject({ mounts: true })
    expect(read("type=registry,ref=x,mounts=1", "from")).toMatchObject({ mounts: true })
  })

  it.each([
    ["", "it is empty"],
    ["type=registry", "ref is required"],
    ["type=local,src=x", 'no key "src"'],
    ["type=local", "dest is required"],
    ["type=inline", "not supported"],
    ["type=tape,ref=x", 'no cache of type "tape"'],
    ["type=registry,ref=x,mode=all", "neither min nor max"],
    ["type=registry,ref=x,ignore-error=perhaps", "true or false"],
    ["type=registry,ref=x,mounts=some", "true or false"],
    ["type=registry,ref=x,compression=rar", "not supported"],
    ["type=registry,ref", "key=value pair"]
  ])("refuse %s", (text, why) => {
    expect(read(text)).toContain(why)
  })
})
