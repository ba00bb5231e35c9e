import { describe, expect, it } from "vitest"
import { usageDocument, usageFields } from "../../src/show/usage-document.ts"

describe("what a format of the long listing is given", () => {
  it("has a list for each part, and in it each column under its name", () => {
    const none = { Images: [], Containers: [], Volumes: [], BuildCache: [], CacheMounts: [], Totals: [] }
    expect(usageDocument(none)).toEqual(none)
    const volumes = [
      ["data", "2", "3kB", "1 day ago"],
      ["logs", "0", "0B", "Never"]
    ]
    expect(usageDocument({ ...none, Volumes: volumes })["Volumes"]).toEqual([
      { Name: "data", Links: "2", Size: "3kB", LastUsed: "1 day ago" },
      { Name: "logs", Links: "0", Size: "0B", LastUsed: "Never" }
    ])
    expect(Object.keys(usageDocument(none))).toEqual(Object.keys(usageFields))
  })
})
