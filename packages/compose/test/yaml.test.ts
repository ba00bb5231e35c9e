import { describe, expect, it } from "vitest"
import { complaints, load } from "./loading.ts"

const image = async (text: string) => (await load(text)).services["web"]?.image

describe("YAML", () => {
  it.each([
    ["lines of Windows", "services:\r\n  web:\r\n    image: app\r\n"],
    ["a byte order mark", "\uFEFFservices: {web: {image: app}}"],
    ["a directive", "%YAML 1.1\n---\nservices: {web: {image: app}}\n...\n"],
    ["empty documents", "---\n---\nservices: {web: {image: app}}\n---\n# nothing\n"],
    ["tags of its own", "services: !!map {web: {image: !!str app}}"],
    ["aliases as keys", "x-name: &name web\nservices: {*name : {image: app}}"],
    ["explicit keys", "? services\n: ? web\n  : image: app\n"],
    ["text without quotes over lines", "services:\n  web:\n    image:\n      app\n"]
  ])("may have %s", async (_, text) => {
    expect(await image(text)).toBe("app")
  })

  it("has numbers and truth values only without quotes", async () => {
    const { services } = await load(`
services:
  web:
    image: app
    environment: {A: 010, B: 1_000, C: 0x1F, D: "true", E: ~, F: "~", G: 12:30, H: 2020-01-01, I: .5, J: off, K: !!str 1}
    command: |
      echo "one
      two"
    labels:
      long: >-
        a
        b
`)
    expect(services["web"]?.environment).toEqual({
      A: "010",
      B: "1_000",
      C: "0x1F",
      D: "true",
      E: null,
      F: "~",
      G: "12:30",
      H: "2020-01-01",
      I: ".5",
      J: "off",
      K: "1"
    })
    expect(services["web"]?.command).toEqual(["echo", "one\ntwo"])
    expect(services["web"]?.labels).toEqual({ long: "a b" })
  })

  it.each([
    ["services:\n\tweb: {image: app}", /^2:1 : Tabs are not allowed/],
    ["services: {web: {image: 'app}}", /^1:31 : Missing closing 'quote/],
    ["services:\n  web:\n   image: a\n  image: b\n - c", /^5:1 : A block sequence/],
    ["a: b: c", /^1:4 : /]
  ])("says where it is wrong in %j", async (text, expected) => {
    expect((await complaints(text))[0]).toMatch(expected)
  })
})
