import { MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_RDONLY } from "@gantry/linux/constants"
import { describe, expect, it } from "vitest"
import { tmpfsOptions } from "../../src/container/tmpfs-options.ts"

const safe = MS_NOSUID | MS_NODEV | MS_NOEXEC

describe("the options of a tmpfs", () => {
  it.each([
    ["", { flags: safe, data: "" }],
    ["size=64m,mode=1777", { flags: safe, data: "size=64m,mode=1777" }],
    ["exec,size=1m", { flags: MS_NOSUID | MS_NODEV, data: "size=1m" }],
    ["exec,noexec", { flags: safe, data: "" }],
    ["ro,defaults", { flags: safe | MS_RDONLY, data: "" }],
    ["ro,rw", { flags: safe, data: "" }]
  ])("%j are split into flags and data", (options, expected) => {
    expect(tmpfsOptions(options)).toEqual(expected)
  })
})
