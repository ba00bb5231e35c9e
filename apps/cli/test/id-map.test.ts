import { describe, expect, it } from "vitest"
import { idMap } from "../src/rootless/id-map.ts"

describe("the numbers of a user's namespace", () => {
  it("are the user's own, then all of its ranges one after the other, by name or number", () => {
    const text = "bob:1:2\nann:100000:65536\n1000:300000:10\nann:x:1\nann:5:0\n"
    expect(idMap(text, "ann", 1000, 1000)).toEqual([
      [0, 1000, 1],
      [1, 100_000, 65_536],
      [65_537, 300_000, 10]
    ])
  })

  it("are the user's own alone where the file has no range", () => {
    expect(idMap("bob:1:2\n", "ann", 1000, 1000)).toEqual([[0, 1000, 1]])
  })
})
