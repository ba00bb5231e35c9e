import { describe, expect, it } from "vitest"
import { logAttributes, type LogSettings } from "../../src/containers/LogSettings.ts"

const log = (options: { readonly [name: string]: string }): LogSettings => ({
  driver: "file",
  maxBytes: 1,
  files: 1,
  asked: { type: "json-file", options }
})

describe("attributes of a log", () => {
  const labels = { app: "web", "app.tier": "front", secret: "x" }
  const env = ["PORT=80", "OPTS=a=b", "EMPTY="]

  it("are the labels and variables that were chosen, by name or by pattern, sorted", () => {
    expect(logAttributes(log({ labels: "app,none", env: "OPTS,EMPTY" }), labels, env)).toEqual([
      ["EMPTY", ""],
      ["OPTS", "a=b"],
      ["app", "web"]
    ])
    expect(logAttributes(log({ "labels-regex": "^app", "env-regex": "ORT$" }), labels, env)).toEqual([
      ["PORT", "80"],
      ["app", "web"],
      ["app.tier", "front"]
    ])
  })

  it("are none when nothing was chosen", () => {
    expect(logAttributes(log({}), labels, env)).toEqual([])
    expect(logAttributes({ driver: "file", maxBytes: 1, files: 1 }, labels, env)).toEqual([])
  })
})
