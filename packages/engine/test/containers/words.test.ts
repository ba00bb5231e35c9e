import { constants } from "node:os"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { portText, signalName, signalNumber } from "../../src/containers/words.ts"

describe("signalNumber", () => {
  it.each([
    ["SIGTERM", 15],
    ["TERM", 15],
    ["term", 15],
    ["15", 15],
    ["sigkill", 9],
    ["SIGRTMIN", 34],
    ["SIGRTMIN+3", 37],
    ["RTMIN+30", 64],
    ["SIGRTMAX", 64],
    ["rtmax-2", 62],
    ["64", 64]
  ])("reads %s as %i", (text, number) => {
    expect(signalNumber(text)).toBe(number)
  })

  it.each([
    "",
    "0",
    "65",
    "-9",
    "SIG",
    "SIGSIGTERM",
    "TERMINATE",
    "15x",
    "1.5",
    "RTMIN+31",
    "SIGRTMIN-1",
    "RTMAX-31",
    "RTMAX+1",
    "__proto__"
  ])("finds no signal in %j", (text) => {
    expect(signalNumber(text)).toBeUndefined()
  })

  it("reads every name this machine knows, in any spelling, and names the number again", () => {
    const known = Object.entries(constants.signals)
    fc.assert(
      fc.property(fc.constantFrom(...known), fc.boolean(), fc.boolean(), ([name, number], bare, lower) => {
        const short = bare ? name.slice("SIG".length) : name
        expect(signalNumber(lower ? short.toLowerCase() : short)).toBe(number)
        expect(signalNumber(signalName(number))).toBe(number)
      })
    )
  })
})

describe("signalName", () => {
  it("gives the number back for a signal without a name", () => {
    expect(signalName(15)).toBe("SIGTERM")
    expect(signalName(40)).toBe("40")
  })
})

describe("portText", () => {
  it("reads a port, with tcp where nothing is said", () => {
    expect(portText("80")).toEqual({ containerPort: 80, protocol: "tcp" })
    expect(portText("53/udp")).toEqual({ containerPort: 53, protocol: "udp" })
    expect(portText("9/sctp")).toEqual({ containerPort: 9, protocol: "sctp" })
  })

  it.each(["", "80/", "80/icmp", "80-90", "a", "-80", "80/tcp ", "80/TCP", "0/tcp", "65536", "99999999999/udp"])(
    "finds no port in %j",
    (text) => {
      expect(portText(text)).toBeUndefined()
    }
  )
})
