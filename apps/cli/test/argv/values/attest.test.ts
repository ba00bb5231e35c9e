import { describe, expect, it } from "vitest"
import { attestWish, parseAttest, parseShorthand } from "../../../src/argv/values/attest.ts"

const read = (text: string) => {
  const result = parseAttest(text)
  return result.ok ? result.value : result.problem
}
const short = (type: "provenance" | "sbom", text: string) => {
  const result = parseShorthand(type)(text)
  return result.ok ? result.value : result.problem
}

describe("--attest, --provenance and --sbom", () => {
  const min = { mode: "min", builderId: "", reproducible: false }

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
    ["type=provenance,inline-only=true", 'no key "inline-only"'],
    ["type=provenance,reproducible=perhaps", "true or false"],
    ["type=sbom,generator=docker/scout", "no image is run"],
    ["type=sbom,scan=all", 'no key "scan"'],
    ["type=sbom,disabled=perhaps", "true or false"],
    ["type", "key=value pair"]
  ])("refuse %s", (text, why) => {
    expect(read(text)).toContain(why)
  })
})
