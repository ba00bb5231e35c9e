import { format, matches, parse, type Platform } from "@gantry/core/image/Platform"
import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck as fc } from "effect"
import { choosePlatform, suits } from "../../src/images/choose-platform.ts"

const entry = (text: string) => ({ platform: parse(text) ?? { os: text, architecture: text } })
const chosen = (wanted: string, ...offered: ReadonlyArray<string>) =>
  Either.map(
    choosePlatform(
      offered.map((text) => {
        const [os = "", architecture = "", variant] = text.split("/")
        return { platform: { os, architecture, ...(variant === undefined ? {} : { variant }) } }
      }),
      parse(wanted) ?? { os: "linux", architecture: wanted }
    ),
    ({ platform }) => format(platform)
  )

const platforms: fc.Arbitrary<Platform> = fc
  .record({
    os: fc.constantFrom("linux", "windows"),
    architecture: fc.constantFrom("amd64", "arm", "arm64", "386"),
    variant: fc.option(fc.constantFrom("v1", "v2", "v3", "v5", "v6", "v7", "v8", "v9", "softfloat"), { nil: undefined })
  })
  .map(({ variant, ...rest }) => (variant === undefined ? rest : { ...rest, variant }))

describe("choosePlatform", () => {
  it.each([
    ["linux/arm/v7", ["linux/arm/v6", "linux/arm/v7", "linux/arm64"], "linux/arm/v7"],
    ["linux/arm/v7", ["linux/arm/v5", "linux/arm/v6", "linux/amd64"], "linux/arm/v6"],
    ["linux/arm64", ["linux/arm/v7", "linux/arm64"], "linux/arm64"],
    ["linux/arm64", ["linux/arm64/v8"], "linux/arm64/v8"],
    ["linux/arm64", ["linux/arm64/v9", "linux/arm64/8"], "linux/arm64/8"],
    ["linux/arm64/v8", ["linux/arm64/v9", "linux/arm64"], "linux/arm64"],
    ["linux/arm", ["linux/arm/v6", "linux/arm/v7"], "linux/arm/v7"],
    ["linux/amd64/v1", ["linux/amd64/v3", "linux/amd64"], "linux/amd64"],
    ["linux/amd64", ["linux/amd64/v3", "linux/amd64"], "linux/amd64"],
    ["linux/amd64/v3", ["linux/amd64", "linux/amd64/v2", "linux/amd64/v4"], "linux/amd64/v2"],
    ["linux/amd64", ["windows/amd64", "linux/amd64"], "linux/amd64"],
    ["linux/amd64", ["linux/amd64/v3", "linux/amd64/v2"], "linux/amd64/v2"]
  ])("for %s out of %j is %s", (wanted, offered, expected) => {
    expect(chosen(wanted, ...offered)).toEqual(Either.right(expected))
  })

  it("never falls up: what needs a higher variant is not chosen", () => {
    expect(Either.isLeft(chosen("linux/arm/v6", "linux/arm/v7"))).toBe(true)
    expect(Either.isLeft(chosen("linux/amd64/v2", "linux/amd64/v3"))).toBe(true)
  })

  it("names the platforms there are, each once, without attachments", () => {
    expect(chosen("linux/s390x", "linux/amd64", "unknown/unknown", "linux/amd64", "linux/arm/v7")).toEqual(
      Either.left(["linux/amd64", "linux/arm/v7"])
    )
  })

  it("takes an entry without platform only when none with one suits", () => {
    const plain: { readonly name: string; readonly platform?: Platform } = { name: "plain" }
    const good = { name: "good", ...entry("linux/amd64") }
    const wanted = { os: "linux", architecture: "amd64" }
    expect(choosePlatform([plain, good], wanted)).toEqual(Either.right(good))
    const other = { name: "other", ...entry("linux/arm64") }
    expect(choosePlatform([other, plain], wanted)).toEqual(Either.right(plain))
  })

  it("takes an exact match whenever there is one, wherever it stands", () => {
    fc.assert(
      fc.property(fc.array(platforms), platforms, fc.nat(), (others, wanted, at) => {
        const offered = others.map((platform) => ({ platform }))
        offered.splice(at % (offered.length + 1), 0, { platform: wanted })
        const found = Either.getOrThrow(choosePlatform(offered, wanted))
        expect(found.platform).toEqual(wanted)
      })
    )
  })

  it("takes something whenever something matches, and never another system or architecture", () => {
    fc.assert(
      fc.property(fc.array(platforms), platforms, (offered, wanted) => {
        const found = choosePlatform(
          offered.map((platform) => ({ platform })),
          wanted
        )
        const best = Either.match(found, {
          onLeft: () => undefined,
          onRight: ({ platform }) => suits(platform, wanted)
        })
        const possible = offered.map((platform) => suits(platform, wanted) ?? -1)
        expect(best ?? -1).toBe(Math.max(-1, ...possible))
        expect(best !== undefined || !offered.some((platform) => matches(platform, wanted))).toBe(true)
        const kin = ({ architecture, os }: Platform) => os === wanted.os && architecture === wanted.architecture
        expect(Either.isLeft(found) || kin(found.right.platform)).toBe(true)
      })
    )
  })
})
