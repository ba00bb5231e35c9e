import { Either } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decodeConfig, decodeManifest } from "../../src/images/image-json.ts"

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const diffId = `sha256:${"a".repeat(64)}`
const config = {
  architecture: "amd64",
  os: "linux",
  config: { Env: ["A=1"], Cmd: ["sh"], Labels: { a: "b" } },
  rootfs: { type: "layers", diff_ids: [diffId] },
  history: [{ created_by: "COPY . ." }]
}
const descriptor = { mediaType: "application/x", digest: diffId, size: 3 }
const manifest = { schemaVersion: 2, mediaType: "application/y", config: descriptor, layers: [descriptor] }

const why = (value: unknown) => Either.getOrUndefined(Either.flip(decodeConfig(bytes(value))))

describe("decodeConfig", () => {
  it("reads what builders write", () => {
    expect(Either.getOrThrow(decodeConfig(bytes(config)))).toEqual(config)
  })

  it("takes null for absent, as Go programs write it", () => {
    const loose = {
      ...config,
      variant: null,
      config: { ...config.config, Entrypoint: null, Volumes: null },
      history: null
    }
    const decoded = Either.getOrThrow(decodeConfig(bytes(loose)))
    expect(decoded).toEqual({ ...config, history: [] })
    expect(Either.getOrThrow(decodeConfig(bytes({ ...config, config: null }))).config).toEqual({})
  })

  it("leaves out a time that is none", () => {
    for (const created of [12345, { a: 1 }, "yesterday"]) {
      expect(Either.getOrThrow(decodeConfig(bytes({ ...config, created })))).toEqual(config)
    }
    const created = "2024-01-01T00:00:00Z"
    expect(Either.getOrThrow(decodeConfig(bytes({ ...config, created }))).created).toBe(created)
  })

  it.each([
    ["no object", [], "it is not an object"],
    ["no platform", { ...config, os: 3 }, "it names no platform"],
    ["no layers", { ...config, rootfs: {} }, "it has no rootfs.diff_ids"],
    ["a diffID that is none", { ...config, rootfs: { diff_ids: ["sha256:no"] } }, "a diffID is not a sha256 digest"],
    ["a history that is none", { ...config, history: {} }, "history is not a list"],
    ["a config that is none", { ...config, config: "sh" }, "config is not an object"],
    ["a command in one word", { ...config, config: { Cmd: "sh" } }, "config.Cmd is not a list of texts"],
    ["a zero byte in a variable", { ...config, config: { Env: ["A=a\0b"] } }, "config.Env is not a list of texts"],
    ["a zero byte in a path", { ...config, config: { WorkingDir: "/a\0b" } }, "config.WorkingDir is not text"],
    ["numbers for words", { ...config, config: { Env: [1] } }, "config.Env is not a list of texts"],
    ["a user by number", { ...config, config: { User: 0 } }, "config.User is not text"],
    ["labels in a list", { ...config, config: { Labels: [] } }, "config.Labels is not an object"],
    [
      "a health check in one word",
      { ...config, config: { Healthcheck: { Test: "CMD-SHELL true" } } },
      "config.Healthcheck.Test is not a list of texts"
    ],
    [
      "health checks that go back in time",
      { ...config, config: { Healthcheck: { Interval: -5 } } },
      "config.Healthcheck.Interval is not a number from 0 on"
    ],
    [
      "a number in words",
      { ...config, config: { Healthcheck: { Retries: "3" } } },
      "config.Healthcheck.Retries is not a number from 0 on"
    ],
    [
      "a zero byte in a volume",
      { ...config, config: { Volumes: { "/a\0b": {} } } },
      "config.Volumes has a zero byte in a name"
    ]
  ])("refuses %s, and says why", (_, value, expected) => {
    expect(why(value)).toBe(expected)
  })

  it("refuses bytes that are not JSON", () => {
    expect(Either.isLeft(decodeConfig(new TextEncoder().encode("{")))).toBe(true)
    expect(Either.isLeft(decodeConfig(new Uint8Array()))).toBe(true)
  })

  it("never throws, and what it accepts can be used, whatever one field holds", () => {
    const field = fc.constantFrom("architecture", "os", "config", "rootfs", "history", "created", "author")
    fc.assert(
      fc.property(field, fc.jsonValue(), (name, value) => {
        const decoded = decodeConfig(bytes({ ...config, [name]: value }))
        expect(Either.getOrElse(Either.flip(decoded), () => "accepted")).not.toBe("")
        if (Either.isLeft(decoded)) return
        expect(decoded.right.rootfs.diff_ids.every((each) => typeof each === "string")).toBe(true)
        expect([...decoded.right.history, ...Object.keys(decoded.right.config)]).toBeInstanceOf(Array)
      }),
      { numRuns: 500 }
    )
  })

  it("keeps of a history what can be shown", () => {
    const history = [{ created: null, created_by: 1, empty_layer: "no" }, { created: "junk", comment: "c" }, "x", {}]
    expect(Either.getOrThrow(decodeConfig(bytes({ ...config, history }))).history).toEqual([{}, { comment: "c" }, {}])
    const entry = { created: "2026-01-01T00:00:00Z", created_by: "RUN x", author: "a", empty_layer: true }
    expect(Either.getOrThrow(decodeConfig(bytes({ ...config, history: [entry] }))).history).toEqual([entry])
  })

  it("never throws on a process config with one field spoiled", () => {
    const field = fc.constantFrom(
      "Env",
      "Cmd",
      "Entrypoint",
      "Shell",
      "OnBuild",
      "User",
      "WorkingDir",
      "StopSignal",
      "Labels",
      "Volumes"
    )
    fc.assert(
      fc.property(field, fc.jsonValue(), (name, value) => {
        const decoded = decodeConfig(bytes({ ...config, config: { ...config.config, [name]: value } }))
        expect(Either.getOrElse(Either.flip(decoded), () => `config.${name}`)).toContain(`config.${name}`)
        if (Either.isLeft(decoded)) return
        const { Env = [], Labels = {}, User = "" } = decoded.right.config
        expect([...Env, ...Object.values(Labels), User.trim()].every((each) => typeof each === "string")).toBe(true)
      }),
      { numRuns: 500 }
    )
  })
})

describe("decodeManifest", () => {
  it("reads what builders write, and keeps what it does not know", () => {
    const more = { ...manifest, annotations: { a: "b" } }
    expect(Either.getOrThrow(decodeManifest(bytes(more)))).toEqual(more)
  })

  it.each([
    ["no config", { ...manifest, config: undefined }],
    ["a config without digest", { ...manifest, config: { ...descriptor, digest: "md5:0" } }],
    ["no layers", { ...manifest, layers: undefined }],
    ["a negative size", { ...manifest, layers: [{ ...descriptor, size: -1 }] }],
    ["half a byte", { ...manifest, layers: [{ ...descriptor, size: 0.5 }] }],
    ["a list", []]
  ])("refuses %s", (_, value) => {
    expect(Either.isLeft(decodeManifest(bytes(value)))).toBe(true)
  })

  it("never throws, whatever the bytes are", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.jsonValue().map(bytes)), (input) => {
        const results = [decodeManifest(input), decodeConfig(input)]
        expect(results.every((each) => Either.isEither(each))).toBe(true)
      })
    )
  })
})
