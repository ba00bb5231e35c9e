import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"
import { parse } from "../../src/dockerfile/parse.ts"
import { unusedArgs } from "../../src/graph/unused-args.ts"

const unused = (text: string, ...given: ReadonlyArray<string>) => unusedArgs(Either.getOrThrow(parse(text)), given)

describe("build arguments", () => {
  it("are not used when no ARG declares them, in whichever stage or before the first", () => {
    const text = "ARG TAG=1\nFROM alpine:$TAG AS a\nARG ONE TWO=2\nFROM alpine\nENV THREE=3\n"
    expect(unused(text, "TWO", "THREE", "TAG", "ONE", "one")).toEqual(["THREE", "one"])
    expect(unused(text)).toEqual([])
  })

  it("that speak to the builder are used without an ARG", () => {
    const own = ["HTTP_PROXY", "no_proxy", "SOURCE_DATE_EPOCH", "BUILDKIT_INLINE_CACHE", "TARGETARCH", "BUILDPLATFORM"]
    expect(unused("FROM scratch\n", ...own, "TARGET")).toEqual(["TARGET"])
  })
})
