import { describe, expect, it } from "vitest"
import type { Family } from "../src/Filter.ts"
import { chainToPass, passHandles, passScript } from "../src/forward-pass.ts"

const host = (chains: { readonly [name: string]: "drop" | "accept" | undefined }) => ({
  chain: (_: string, name: string, family: Family) =>
    family === "ip" && name in chains ? { policy: chains[name] } : undefined
})

describe("chainToPass", () => {
  it("is the one Docker leaves to others, wherever it exists", () => {
    expect(chainToPass(host({ "DOCKER-USER": undefined, FORWARD: "drop" }), "ip")).toBe("DOCKER-USER")
  })

  it("is the forward chain only when that drops by default", () => {
    expect(chainToPass(host({ FORWARD: "drop" }), "ip")).toBe("FORWARD")
    expect(chainToPass(host({ FORWARD: "accept" }), "ip")).toBeUndefined()
    expect(chainToPass(host({}), "ip")).toBeUndefined()
    expect(chainToPass(host({ FORWARD: "drop" }), "ip6")).toBeUndefined()
  })
})

describe("passHandles", () => {
  it("finds the rules of one bridge and not those of a longer name", () => {
    const listing = [
      "table ip filter { # handle 1",
      "  chain DOCKER-USER { # handle 4",
      `    oifname "gantry1" counter packets 0 bytes 0 accept comment "gantry 'gantry1'" # handle 9`,
      `    iifname "gantry1" counter packets 3 bytes 9 accept comment "gantry 'gantry1'" # handle 8`,
      `    iifname "gantry10" counter packets 3 bytes 9 accept comment "gantry 'gantry10'" # handle 7`,
      `    iifname "gantry1" accept # handle 6`
    ].join("\n")
    expect(passHandles(listing, "gantry1")).toEqual([9, 8])
    expect(passHandles(listing, "gantry2")).toEqual([])
  })
})

describe("passScript", () => {
  it("lets both directions pass", () => {
    expect(passScript("FORWARD", "gantry0", "ip").trim().split("\n")).toEqual([
      `insert rule ip filter FORWARD iifname "gantry0" counter accept comment "gantry 'gantry0'"`,
      `insert rule ip filter FORWARD oifname "gantry0" counter accept comment "gantry 'gantry0'"`
    ])
  })
})
