import { describe, expect, it } from "vitest"
import { hasLabel } from "../../../src/argv/values/label.ts"

describe("a filter for labels", () => {
  const labels = { tier: "web", note: "a=b", empty: "" }

  it.each(["tier", "tier=web", "note=a=b", "empty", "empty="])("finds %s", (text) => {
    expect(hasLabel(labels, text)).toBe(true)
  })

  it.each(["web", "tier=", "tier=we", "note=a", "constructor", "toString"])("does not find %s", (text) => {
    expect(hasLabel(labels, text)).toBe(false)
  })
})
