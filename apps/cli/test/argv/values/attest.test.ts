import { describe, expect, it } from "vitest"
import { attestWish, isMissed, parseAttest, parseShorthand } from "../../../src/argv/values/attest.ts"

const read = (text: string) => {
  const result = parseAttest(text)
  return result.ok ? result.value : result.problem
}
const short = (type: "provenance" | "sbom", text: string) => {
  const result = parseShorthand(type)(text)
  return result.ok ? result.value : result.problem
}

describe("--attest, --provenance and --sbom", () => {
  const min = { mode: "min", builderId: "", reproducible: false } as const

  it("ask for provenance, more or less of it, and for packages", () => {
    expect(read("type=provenance")).toEqual({ type: "provenance", wish: min })
    expect(read("type=provenance,mode=max,version=v1,reproducible=true,builder-id=https://a/b")).toEqual({
      type: "provenance",
      wish: { mode: "max", builderId: "https://a/b", reproducible: true }
    })
    expect(read("type=sbom")).toEqual({ type: "sbom", wish: "on" })
    expect(short("provenance", "true")).toEqual({ type: "provenance", wish: min })
    expect(short("provenance", "mode=max")).toMatchObject({ wish: { mode: "max" } })
    expect([short("provenance", "0"), read("type=sbom,disabled=true")]).toEqual([
      { type: "provenance", wish: "off" },
      { type: "sbom", wish: "off" }
    ])
  })

  it("are missed where nothing keeps them, but for provenance that is only wanted inline", () => {
    const inline = read("type=provenance,mode=min,inline-only=true,builder-id=https://ci.example/1")
    if (typeof inline === "string") throw new Error(inline)
    expect(inline).toMatchObject({ inlineOnly: true })
    const on = { type: "sbom", wish: "on" } as const
    const off = { type: "provenance", wish: "off" } as const
    expect([
      isMissed([inline]),
      isMissed([inline, on]),
      isMissed([{ type: "provenance", wish: min }]),
      isMissed([off])
    ]).toEqual([false, true, true, false])
  })

  it("mean the last value for each type, and nothing when all of them are off", () => {
    expect(attestWish([])).toBeUndefined()
    expect(
      attestWish([
        { type: "sbom", wish: "on" },
        { type: "sbom", wish: "off" }
      ])
    ).toBeUndefined()
    const max = { ...min, mode: "max" } as const
    expect(
      attestWish([
        { type: "provenance", wish: { ...min, mode: "min" } },
        { type: "sbom", wish: "on" },
        { type: "provenance", wish: max }
      ])
    ).toEqual({ provenance: max, sbom: true })
  })

  it.each([
    ["mode=max", "type is required"],
    ["type=license", 'no attestation of type "license"'],
    ["type=provenance,mode=some", "neither min nor max"],
    ["type=provenance,version=v0.2", "is not written: v1"],
    ["type=provenance,inline-only=perhaps", "true or false"],
    ["type=provenance,filename=x", 'no key "filename"'],
    ["type=provenance,reproducible=perhaps", "true or false"],
    ["type=sbom,generator=docker/scout", "no image is run"],
    ["type=sbom,scan=all", 'no key "scan"'],
    ["type=sbom,disabled=perhaps", "true or false"],
    ["type", "key=value pair"]
  ])("refuse %s", (text, why) => {
    expect(read(text)).toContain(why)
  })
})
