import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"
import type { Diagnostic } from "../../src/dockerfile/Diagnostic.ts"
import { defaultCheck, judge, readCheck } from "../../src/dockerfile/check-policy.ts"
import { parse } from "../../src/dockerfile/parse.ts"
import { lower } from "../../src/graph/lower.ts"

const platform = { os: "linux", architecture: "amd64" }

/** Codes of all that is said of a file, errors with an exclamation mark. */
const said = (text: string, check?: string): ReadonlyArray<string> => {
  const marked = (all: ReadonlyArray<Diagnostic>) =>
    all.map(({ code, severity }) => (severity === "error" ? `${code}!` : code))
  const read = parse(text, check)
  if (Either.isLeft(read)) return marked(read.left)
  const graph = lower(read.right, { text, platform })
  return Either.isLeft(graph) ? marked(graph.left) : marked([...read.right.warnings, ...graph.right.warnings])
}

describe("a questionable file is warned of", () => {
  it.each([
    ["FROM a AS Build", ["stage-casing"]],
    ["FROM a as b", ["as-casing"]],
    ["from a as b", []],
    ["from a AS b", ["as-casing"]],
    ["FROM a\nrun x\nRUN y", ["instruction-casing"]],
    ["from a\nrun x\nRUN y", ["instruction-casing"]],
    ["FROM a\nRun x\nRUN y", ["instruction-casing"]],
    ["FROM a\nENTRYPOINT x", ["shell-form-start"]],
    ["FROM a\nWORKDIR x", ["relative-workdir"]],
    ["FROM a\nWORKDIR /x\nWORKDIR y", []],
    ["FROM a AS b\nWORKDIR /x\nFROM b\nWORKDIR y", []],
    ["FROM a\nWORKDIR $x", []],
    ["FROM --platform=$TARGETPLATFORM a", ["needless-platform"]],
    ["FROM --platform=$BUILDPLATFORM a", []],
    ["FROM --platform=linux/arm64 a", ["constant-platform"]],
    ["FROM --platform=linux/arm64 a AS for-arm64", []],
    ["ARG T\nFROM a:$T", ["undefined-argument", "bad-image-name!"]],
    ["ARG T=\nFROM a:$T", ["bad-image-name!", "argument-is-no-base"]],
    ["ARG T=1\nFROM a:$T", []],
    ["FROM a:$N", ["undefined-argument", "bad-image-name!"]],
    ["FROM a\nEXPOSE 80/TCP", ["protocol-casing"]],
    ["FROM a\nEXPOSE 127.0.0.1:80:80", ["exposes-host"]],
    ["FROM a\nENV k v", ["legacy-pair"]],
    ["FROM a\nARG TOKEN", ["secret-in-image"]],
    ["FROM a\nRUN x \\\n\n y", ["empty-continuation"]],
    ["# syntax=docker/dockerfile:1\nFROM a", []],
    ["# syntax=docker/dockerfile:1.7-labs\nFROM a", []],
    ["# syntax=docker/dockerfile:2\nFROM a", ["newer-syntax"]],
    ["# syntax=docker/dockerfile:1.999\nFROM a", ["newer-syntax"]]
  ])("%j: %j", (text, codes) => expect(said(text)).toEqual(codes))
})

describe("the check directive", () => {
  const text = "FROM a AS B\nENV k v\n"

  it("skips rules by the names that BuildKit gives them, in any case", () => {
    expect(said(text)).toEqual(["stage-casing", "legacy-pair"])
    expect(said(`# check=skip=legacykeyvalueformat\n${text}`)).toEqual(["stage-casing"])
    expect(said(`# check=skip=StageNameCasing,LegacyKeyValueFormat\n${text}`)).toEqual([])
    expect(said(`# check=skip=all\n${text}`)).toEqual([])
  })

  it("turns the warnings of the others into errors", () => {
    expect(said(`# check=skip=StageNameCasing;error=true\n${text}`)).toEqual(["legacy-pair!"])
    expect(said(`# check=error=true\nFROM a\nWORKDIR x`)).toEqual(["relative-workdir!"])
    // What is no rule of style is not meant.
    expect(said("# check=error=true\n# syntax=me/mine\nFROM a")).toEqual(["foreign-syntax"])
  })

  it("gives way to what the caller of the build says", () => {
    expect(said(`# check=error=true\n${text}`, "skip=all")).toEqual([])
  })

  it.each(["skip", "skip=Nope", "error=maybe", "other=1", "skip=StageNameCasin"])("is refused as %j", (check) => {
    expect(said(`# check=${check}\n${text}`)).toContain("bad-check!")
  })

  it("says which rule was meant", () => {
    expect(Either.getOrThrow(Either.flip(readCheck("skip=StageNameCasin")))).toContain("did you mean StageNameCasing?")
    expect(readCheck("")).toEqual(Either.right(defaultCheck))
    expect(judge(defaultCheck, [])).toEqual([])
  })
})
