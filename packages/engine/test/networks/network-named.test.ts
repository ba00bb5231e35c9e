import type { NetworkInfo } from "@gantry/core/network/Network"
import { describe, expect, it } from "vitest"
import { couldBeId, networkNamed } from "../../src/networks/network-named.ts"

const network = (name: string, id: string): NetworkInfo => ({
  name,
  id: id.padEnd(64, "0"),
  driver: "bridge",
  internal: false,
  labels: {}
})

const all = [network("back", "abc1"), network("front", "abc2"), network("abc1", "fff"), network("ee", "dd")]

const found = (text: string) => networkNamed(all, text)?.name

describe("a network that is named", () => {
  it("is one of that name, or else of that ID, or else the only one whose ID begins so", () => {
    expect(found("back")).toBe("back")
    expect(found("abc1".padEnd(64, "0"))).toBe("back")
    expect(found("abc2")).toBe("front")
    expect(found("abc1")).toBe("abc1")
    expect(found("d")).toBe("ee")
  })

  it("is none when several IDs begin so, or nothing is called so", () => {
    expect(found("abc")).toBeUndefined()
    expect(found("bac")).toBeUndefined()
    expect(found("")).toBeUndefined()
  })

  it("is looked for by its ID only when the text may be one", () => {
    expect(["a", "0123456789abcdef"].map(couldBeId)).toEqual([true, true])
    expect(["", "bridge", "ABC", "a-b", "0".repeat(65)].map(couldBeId)).toEqual([false, false, false, false, false])
  })
})
