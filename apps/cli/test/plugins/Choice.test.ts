import { Either } from "effect"
import { describe, expect, it } from "vitest"
import { configured, decided, readChoice } from "../../src/plugins/Choice.ts"
import { mayMean, versionMismatch } from "../../src/plugins/versions.ts"

describe("choosing plugins", () => {
  it("reads a contract, a module and options from the command line", () => {
    expect(readChoice("layer-store=./mine,folder=/a=b,x=", "/w")).toEqual(
      Either.right({
        contract: "layer-store",
        module: "./mine",
        options: { folder: "/a=b", x: "" },
        base: "/w",
        from: "--plugin"
      })
    )
    expect(Either.getOrThrow(readChoice("registry=@me/registry", "/w")).options).toBeUndefined()
  })

  it.each([
    ["layers=./x", '"layers" is no contract'],
    ["layer-store", "no module is named"],
    ["layer-store=", "no module is named"],
    ["layer-store=./x,folder", '"folder" is not OPTION=VALUE'],
    ["layer-store=./x,=y", '"=y" is not OPTION=VALUE']
  ])("refuses %s", (text, expected) => {
    expect(Either.getLeft(readChoice(text, "/"))).toMatchObject({ value: expect.stringContaining(expected) })
  })

  it("takes the last word on each contract, and all of it", () => {
    const files = [
      {
        file: "/etc/gantry/gantry.config.json",
        level: "system" as const,
        content: { plugins: { "blob-store": { module: "a", options: { b: 1 } }, network: "n" } }
      },
      { file: "/home/gantry.config.json", level: "user" as const, content: { plugins: { "blob-store": "./c" } } }
    ]
    expect(decided(configured(files))).toEqual([
      { contract: "blob-store", module: "./c", options: undefined, base: "/home", from: "/home/gantry.config.json" },
      {
        contract: "network",
        module: "n",
        options: undefined,
        base: "/etc/gantry",
        from: "/etc/gantry/gantry.config.json"
      }
    ])
  })
})

describe("versions of what gantry shares with plugins", () => {
  it.each([
    ["^3.10.0", "3.22.4", true],
    ["3.x", "3.22.4", true],
    [">=2 || ^3", "3.22.4", true],
    ["^4.0.0", "3.22.4", false],
    ["0.1.x", "0.1.0", true],
    ["^0.2.0", "0.1.0", false],
    ["*", "3.22.4", true],
    ["file:../core.tgz", "0.1.0", true],
    ["latest", "0.1.0", true]
  ])("%s may mean %s: %s", (range, version, expected) => {
    expect(mayMean(range, version)).toBe(expected)
  })

  it("name what a plugin was written for and will not get", () => {
    expect(versionMismatch({ wants: { effect: "^4.0.0" } })).toContain("written for effect ^4.0.0")
    expect(versionMismatch({ wants: { zod: "^4.0.0" } })).toBeUndefined()
    expect(versionMismatch(undefined)).toBeUndefined()
  })
})
