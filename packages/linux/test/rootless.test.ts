import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { rootlessFrom, rootlessValue } from "../src/rootless.ts"

const map = "         0       1000          1\n         1     100000      65536\n"
const value = rootlessValue({ uid: 1000, gid: 1001, holder: 77, program: "docker" })

describe("whether a process serves an ordinary user", () => {
  it("is what its variable says, when number 0 is that user", () => {
    expect(rootlessFrom(value, map)).toEqual({
      uid: 1000,
      gid: 1001,
      holder: 77,
      program: "docker",
      users: 65_537,
      single: false
    })
    expect(rootlessFrom(value, "0 1000 1\n")).toMatchObject({ single: true })
  })

  it("is not believed for root of the host, nor for anybody else than the map names", () => {
    expect(rootlessFrom(value, "         0          0 4294967295\n")).toBeUndefined()
    expect(rootlessFrom(value, "0 1001 1\n")).toBeUndefined()
    expect(rootlessFrom("0:0:1:gantry", "0 0 4294967295\n")).toBeUndefined()
    expect(rootlessFrom(value, "1 1000 1\n")).toBeUndefined()
    expect(rootlessFrom(value, "")).toBeUndefined()
  })

  it("is not known from a variable of another form, whatever that is", () => {
    const text = fc.string().filter((each) => !/^1000:\d+:\d+/.test(each))
    fc.assert(
      fc.property(text, (each) => {
        expect(rootlessFrom(each, map)).toBeUndefined()
      })
    )
  })
})
