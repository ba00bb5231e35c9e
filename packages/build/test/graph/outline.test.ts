import { Either } from "effect"
import { describe, expect, it } from "vitest"
import { parse } from "../../src/dockerfile/parse.ts"
import { lower } from "../../src/graph/lower.ts"
import { outlineOf, targetsOf } from "../../src/graph/outline.ts"

const text = `# VERSION of the compiler
ARG VERSION=1
ARG UNUSED=2
ARG OTHER=3
# tools makes the tools
# and more
FROM compiler:\${VERSION} AS tools
# MODE fast or slow
ARG MODE
RUN --mount=type=secret,id=token --mount=type=ssh make
FROM scratch AS aside
RUN --mount=type=secret,id=unseen make
FROM tools AS web

# MODE is far away from what it is above

ARG OTHER
RUN --mount=type=secret,id=token,required=true use
`

const graphOf = (target?: string) =>
  Either.getOrThrow(
    Either.flatMap(parse(text), (file) =>
      lower(file, {
        text,
        platform: { os: "linux", architecture: "amd64" },
        ...(target === undefined ? {} : { target })
      })
    )
  )

const outlined = (target?: string) => outlineOf(graphOf(target), (stage, name) => `${name} in ${stage}`)

describe("the outline of a target", () => {
  it("names the arguments of what is built, with what comments right above say of them", () => {
    expect(outlined().args).toEqual([
      { name: "VERSION", description: "of the compiler", value: "1" },
      { name: "OTHER", description: "", value: "OTHER in 2" },
      { name: "MODE", description: "fast or slow", value: "MODE in 0" }
    ])
    expect(outlined("tools").args.map(({ name }) => name)).toEqual(["VERSION", "MODE"])
  })

  it("names secrets and agents once, and as required when any command requires them", () => {
    expect(outlined()).toMatchObject({
      name: "web",
      description: "",
      secrets: [{ name: "token", required: true }],
      ssh: [{ name: "default", required: false }]
    })
    expect(outlined("tools")).toMatchObject({
      name: "tools",
      description: "makes the tools",
      secrets: [{ name: "token", required: false }]
    })
  })
})

describe("the targets of a file", () => {
  it("are all its stages, the last by default", () => {
    expect(targetsOf(graphOf("tools"))).toEqual([
      { name: "tools", description: "makes the tools", isDefault: false, base: "compiler:1" },
      { name: "aside", description: "", isDefault: false, base: "scratch" },
      { name: "web", description: "", isDefault: true, base: "tools" }
    ])
  })
})
