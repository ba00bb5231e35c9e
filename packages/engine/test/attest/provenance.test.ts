import { lower } from "@gantry/build/graph/lower"
import { parse } from "@gantry/build/dockerfile/parse"
import { noContexts } from "@gantry/build/graph/NamedContext"
import { Either } from "effect"
import { describe, expect, it } from "vitest"
import { imageUrl } from "../../src/attest/attestation-manifest.ts"
import { type BuiltFacts, provenanceOf } from "../../src/attest/provenance.ts"

const platform = { os: "linux", architecture: "arm64", variant: "v8" }
const amd64 = { os: "linux", architecture: "amd64" }
const digest = `sha256:${"a".repeat(64)}`
const commit = "c".repeat(40)

const graphOf = (text: string) =>
  Either.getOrThrow(
    Either.flatMap(parse(text), (file) =>
      lower(file, { text, buildArgs: new Map(), platform, buildPlatform: amd64, contexts: noContexts })
    )
  )

const facts = (text: string, more: Partial<BuiltFacts> = {}): BuiltFacts => ({
  request: {
    context: { of: "repository", address: { remote: "https://u:pw@example.org/app.git", ref: "v1", directory: "" } },
    buildArgs: new Map([["A", "https://u:pw@x"]]),
    labels: {},
    network: "default",
    platforms: [platform]
  },
  commit,
  dockerfile: { shown: "docker/Dockerfile", text },
  platform,
  builder: amd64,
  graph: graphOf(text),
  steps: [],
  inputs: [],
  ...more
})

const min = { mode: "min", builderId: "", reproducible: false } as const
const said = (of: BuiltFacts, wish: Parameters<typeof provenanceOf>[1] = min) =>
  provenanceOf(of, wish).predicate as {
    buildDefinition: {
      externalParameters: { configSource: unknown }
      resolvedDependencies: ReadonlyArray<{ uri: string; digest: unknown }>
    }
    runDetails: { metadata: Record<string, unknown> }
  }

describe("provenance", () => {
  const pinned = { kind: "image", source: `docker.io/library/base@${digest}`, is: digest } as const
  const file = { kind: "download", source: "https://example.org/f", is: digest } as const

  it("names what a build was made of by digests, and is complete when nothing else got in", () => {
    const text = `FROM base\nRUN --network=none true\n`
    const of = facts(text, { inputs: [pinned, file] })
    const { buildDefinition, runDetails } = said(of)
    expect(buildDefinition.externalParameters.configSource).toEqual({
      uri: "https://example.org/app.git#v1",
      digest: { sha1: commit },
      path: "docker/Dockerfile"
    })
    expect(buildDefinition.resolvedDependencies).toEqual([
      { uri: "https://example.org/app.git#v1", digest: { sha1: commit } },
      { uri: "https://example.org/f", digest: { sha256: "a".repeat(64) } },
      { uri: `pkg:docker/base?digest=${digest}&platform=linux%2Farm64`, digest: { sha256: "a".repeat(64) } }
    ])
    expect(runDetails.metadata).toMatchObject({
      buildkit_hermetic: true,
      buildkit_completeness: { request: false, resolvedDependencies: true }
    })
    expect(JSON.stringify(provenanceOf(of, { ...min, mode: "max" }))).not.toContain("pw")
  })

  it.each([
    ["a command with a network", facts("FROM base\nRUN true\n", { inputs: [pinned] })],
    ["an image that nobody else has", facts("FROM base\nCOPY --from=other /a /\n", { inputs: [pinned] })],
    [
      "files of this machine",
      facts("FROM base\n", {
        inputs: [pinned],
        request: { ...facts("FROM base\n").request, contexts: new Map([["here", { of: "folder", path: "/here" }]]) }
      })
    ]
  ])("is not complete with %s", (_, of) => {
    expect(said(of).runDetails.metadata).toMatchObject({ buildkit_completeness: { resolvedDependencies: false } })
  })

  it("says when it was, unless the same build is to say the same", () => {
    const times = { started: 0, finished: 1500 }
    expect(said(facts("FROM base\n", { times })).runDetails.metadata).toMatchObject({
      startedOn: "1970-01-01T00:00:00.000Z",
      finishedOn: "1970-01-01T00:00:01.500Z"
    })
    expect(Object.keys(said(facts("FROM base\n")).runDetails.metadata)).not.toContain("startedOn")
  })

  it("tells nobody where on this machine a Dockerfile is", () => {
    const { commit: _commit, ...local } = facts("FROM base\n", {
      dockerfile: { shown: "/home/me/Dockerfile.dev", text: "" },
      request: { ...facts("FROM base\n").request, context: { of: "folder", path: "/home/me" } }
    })
    expect(JSON.stringify(provenanceOf(local, { ...min, mode: "max" }))).not.toContain("/home")
  })
})

describe("an image as a package URL", () => {
  it.each([
    ["app", "pkg:docker/app@latest?platform=linux%2Famd64"],
    ["team/app:1.0", "pkg:docker/team/app@1.0?platform=linux%2Famd64"],
    ["host:5000/app", "pkg:docker/host%3A5000/app@latest?platform=linux%2Famd64"],
    [`app:1@${digest}`, `pkg:docker/app@1?digest=${digest}&platform=linux%2Famd64`]
  ])("%s is %s", (name, url) => {
    expect(imageUrl(name, amd64)).toBe(url)
  })
})
