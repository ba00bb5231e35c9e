import { describe, expect, it } from "vitest"
import { ownIds } from "../src/own-ids.ts"

describe("whose files this process makes", () => {
  it("is known", () => {
    expect(ownIds()).toEqual({ uid: process.geteuid?.(), gid: process.getegid?.() })
  })

  it.skipIf(process.getuid?.() !== 0)("is known of a user without an account (needs root)", () => {
    const nobodys = 54_321
    process.seteuid?.(nobodys)
    try {
      expect(ownIds().uid).toBe(nobodys)
    } finally {
      process.seteuid?.(0)
    }
  })
})
