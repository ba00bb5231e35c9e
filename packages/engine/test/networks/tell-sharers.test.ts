import { describe, expect, it } from "vitest"
import type { ContainerRecord } from "../../src/containers/ContainerRecord.ts"
import { sharersOf } from "../../src/networks/tell-sharers.ts"

const record = (id: string, network: string) =>
  ({ id, options: { networks: [{ network, aliases: [], priority: 0 }] } }) as unknown as ContainerRecord

describe("sharersOf", () => {
  it("finds who shares a container's network, also one through the other, and nobody else", () => {
    const records = [
      record("main", "bridge"),
      record("near", "container:main"),
      record("far", "container:near"),
      record("other", "container:near2"),
      record("apart", "mine")
    ]
    expect(sharersOf("main", records).map(({ id }) => id)).toEqual(["near", "far"])
    expect(sharersOf("far", records)).toEqual([])
  })
})
