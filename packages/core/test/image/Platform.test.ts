import { describe, expect, it } from "vitest"
import { format, matches, ofMachine, parse, plainPlatform } from "../../src/image/Platform.ts"

describe("a platform", () => {
  it.each([
    ["linux/amd64", "linux/amd64"],
    ["amd64", "linux/amd64"],
    ["x86_64", "linux/amd64"],
    ["linux/x86-64", "linux/amd64"],
    ["LINUX/AMD64", "linux/amd64"],
    ["arm64", "linux/arm64/v8"],
    ["aarch64", "linux/arm64/v8"],
    ["linux/arm64/v8", "linux/arm64/v8"],
    ["linux/arm/v7", "linux/arm/v7"],
    ["linux/arm", "linux/arm/v7"],
    ["linux/arm/6", "linux/arm/v6"],
    ["linux/arm64/8", "linux/arm64/v8"],
    ["i386", "linux/386"],
    ["armhf", "linux/arm/v7"],
    ["linux/armel", "linux/arm/v6"],
    ["windows/amd64", "windows/amd64"],
    ["riscv64", "linux/riscv64"]
  ])("spelled %s is %s", (text, spelled) => {
    const platform = parse(text)
    expect(platform && format(platform)).toBe(spelled)
    expect(parse(spelled)).toEqual(platform)
  })

  it.each(["", "linux", "darwin", "foo", "linux/", "/amd64", "a/b/c/d", "linux/amd 64", "linux//v7"])(
    "cannot be spelled %j",
    (text) => {
      expect(parse(text)).toBeUndefined()
    }
  )

  it.each([
    ["x64", "linux/amd64"],
    ["arm64", "linux/arm64/v8"],
    ["arm", "linux/arm/v7"],
    ["ia32", "linux/386"],
    ["riscv64", "linux/riscv64"]
  ])("of a machine that Node calls %s is %s", (arch, spelled) => {
    expect(format(ofMachine(arch))).toBe(spelled)
  })

  it.each([
    ["linux/arm64", "linux/arm64"],
    ["linux/arm64/v9", "linux/arm64/v9"],
    ["linux/amd64/v1", "linux/amd64"],
    ["linux/amd64/v2", "linux/amd64/v2"],
    ["linux/arm", "linux/arm/v7"]
  ])("asked for as %s is written %s, as other builders write it", (asked, written) => {
    const platform = parse(asked)
    expect(platform && format(plainPlatform(platform))).toBe(written)
  })

  it("runs on its like, and a missing variant stands for any", () => {
    const v7 = { os: "linux", architecture: "arm", variant: "v7" }
    const v6 = { os: "linux", architecture: "arm", variant: "v6" }
    const any = { os: "linux", architecture: "arm" }
    expect(matches(v7, v7)).toBe(true)
    expect(matches(any, v7)).toBe(true)
    expect(matches(v7, any)).toBe(true)
    expect(matches(v6, v7)).toBe(false)
    expect(matches({ ...any, os: "windows" }, any)).toBe(false)
    expect(matches({ ...any, architecture: "arm64" }, any)).toBe(false)
  })
})
