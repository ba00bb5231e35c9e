import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseEnv, parseEnvFile } from "../../../src/argv/values/env.ts"
import { parseLabel, parseLabelFile } from "../../../src/argv/values/label.ts"

const caller = { HOME: "/root", EMPTY: "" }

describe("--env", () => {
  it.each([
    ["A=1", { name: "A", value: "1" }],
    ["A=", { name: "A", value: "" }],
    ["A=b=c", { name: "A", value: "b=c" }],
    ["HOME", { name: "HOME", value: "/root" }],
    ["EMPTY", { name: "EMPTY", value: "" }],
    ["ABSENT", { name: "ABSENT", value: undefined }],
    ["constructor", { name: "constructor", value: undefined }]
  ])("reads %s", (text, value) => {
    expect(parseEnv(text, caller)).toEqual({ ok: true, value })
  })

  it("refuses a variable without a name", () => {
    expect(parseEnv("=x", caller)).toEqual({ ok: false, problem: "invalid environment variable: =x" })
    expect(parseEnv("", caller)).toEqual({ ok: false, problem: "invalid environment variable: " })
  })

  it("keeps any value as it is", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(parseEnv(`A=${value}`, {})).toEqual({ ok: true, value: { name: "A", value } })
      })
    )
  })
})

describe("--env-file", () => {
  it("neither removes quotes nor trailing blanks, and leaves out what the caller does not have", () => {
    const text = '\uFEFF# comment\r\n  A="x" \r\n\nB=#no comment\nHOME\nABSENT\n'
    expect(parseEnvFile("f", text, caller)).toEqual({
      ok: true,
      value: [
        { name: "A", value: '"x" ' },
        { name: "B", value: "#no comment" },
        { name: "HOME", value: "/root" }
      ]
    })
  })

  it.each([
    ["=1\n", "invalid env file (f): no variable name on line '=1'"],
    ["A B=1", "invalid env file (f): variable 'A B' contains whitespaces"]
  ])("refuses %j", (text, problem) => {
    expect(parseEnvFile("f", text, {})).toEqual({ ok: false, problem })
  })
})

describe("--label", () => {
  it("reads a name with or without a value", () => {
    expect(parseLabel("a=b=c")).toEqual({ ok: true, value: { name: "a", value: "b=c" } })
    expect(parseLabel("a")).toEqual({ ok: true, value: { name: "a", value: "" } })
    expect(parseLabel("=x")).toEqual({ ok: false, problem: "invalid label '=x': empty name" })
  })

  it("reads files of them", () => {
    expect(parseLabelFile("f", "#c\na=1\nb\n")).toEqual({
      ok: true,
      value: [
        { name: "a", value: "1" },
        { name: "b", value: "" }
      ]
    })
    expect(parseLabelFile("f", "a b=1")).toEqual({
      ok: false,
      problem: "invalid label file (f): variable 'a b' contains whitespaces"
    })
  })
})
