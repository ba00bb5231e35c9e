import { describe, expect, it } from "vitest"
import { parseBuildCall } from "../../../src/argv/values/build-call.ts"

describe("--call", () => {
  it.each([
    ["check", { of: "check", json: false }],
    ["lint", { of: "check", json: false }],
    ["outline,format=json", { of: "outline", json: true }],
    ["targets, format=text", { of: "targets", json: false }],
    ["build", undefined]
  ])("%s is read", (text, value) => expect(parseBuildCall(text)).toEqual({ ok: true, value }))

  it.each([
    ["chekc", /did you mean check\?$/],
    ["", /^"" is none of/],
    ["check,format=xml", /^"format=xml" is not/]
  ])("%s is refused", (text, problem) =>
    expect(parseBuildCall(text)).toMatchObject({ ok: false, problem: expect.stringMatching(problem) })
  )
})
