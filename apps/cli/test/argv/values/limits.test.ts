import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseBlockDevice } from "../../../src/argv/values/block-device.ts"
import { parseBytes, parseSwapBytes } from "../../../src/argv/values/bytes.ts"
import { parseCpus } from "../../../src/argv/values/cpus.ts"
import { parseSysctl } from "../../../src/argv/values/sysctl.ts"
import { parseUlimit } from "../../../src/argv/values/ulimit.ts"

describe("limits of block devices", () => {
  it("are a path and a size, a number or a weight", () => {
    const read = (kind: "readBps" | "writeIops" | "weight", text: string) => parseBlockDevice(kind)(text)
    expect(read("readBps", "/dev/sda:1mb")).toEqual({
      ok: true,
      value: { path: "/dev/sda", kind: "readBps", value: 1024 ** 2 }
    })
    expect(read("writeIops", "/dev/sda:9")).toEqual({
      ok: true,
      value: { path: "/dev/sda", kind: "writeIops", value: 9 }
    })
    for (const text of ["/dev/sda:0", "/dev/sda:10", "/dev/sda:1000"]) expect(read("weight", text).ok).toBe(true)
    for (const text of ["/dev/sda:9", "/dev/sda:1001", "/dev/sda:", "/dev/sda", ":5", "/tmp/x:5", "/dev/sda:1.5"])
      expect(read("weight", text).ok).toBe(false)
    expect(read("writeIops", "/dev/sda:1mb").ok).toBe(false)
    expect(read("readBps", "/dev/sda:-1").ok).toBe(false)
  })
})

describe("sizes", () => {
  it.each([
    ["512", 512],
    ["512b", 512],
    ["1k", 1024],
    ["1kib", 1024],
    ["1KB", 1024],
    ["1.5g", 1.5 * 1024 ** 3],
    ["1 m", 1024 ** 2],
    [".5m", 512 * 1024],
    ["1.m", 1024 ** 2],
    ["2T", 2 * 1024 ** 4]
  ])("read %s", (text, value) => {
    expect(parseBytes(text)).toEqual({ ok: true, value })
  })

  it.each([
    ["x", "invalid size: 'x'"],
    ["", "invalid size: ''"],
    ["-1", "invalid size: '-1'"],
    [" 1m", "invalid size: ' 1m'"],
    ["1q", "invalid suffix: 'q'"],
    ["1kk", "invalid suffix: 'kk'"],
    ["1bb", "invalid suffix: 'bb'"]
  ])("refuse %s", (text, problem) => {
    expect(parseBytes(text)).toEqual({ ok: false, problem })
  })

  it("of swap may be unlimited, and nothing else below zero", () => {
    expect(parseSwapBytes("-1")).toEqual({ ok: true, value: -1 })
    expect(parseSwapBytes("-2").ok).toBe(false)
    expect(parseSwapBytes("1g")).toEqual({ ok: true, value: 1024 ** 3 })
  })

  it("grow with their unit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (count) => {
        const sizes = ["b", "k", "m", "g"].map((unit) => parseBytes(`${count}${unit}`))
        expect(sizes).toEqual([0, 1, 2, 3].map((power) => ({ ok: true, value: count * 1024 ** power })))
      })
    )
  })
})

describe("--cpus", () => {
  it.each([
    ["0.5", 500_000_000],
    ["1", 1_000_000_000],
    [".25", 250_000_000],
    // Too little, as whoever knows the machine says.
    ["-1", -1_000_000_000],
    ["1.50000000000", 1_500_000_000],
    ["0.000000001", 1]
  ])("reads %s", (text, value) => {
    expect(parseCpus(text)).toEqual({ ok: true, value })
  })

  it.each([
    ["x", "failed to parse x as a rational number"],
    ["", "failed to parse  as a rational number"],
    [".", "failed to parse . as a rational number"],
    ["0.0000000001", "value is too precise"]
  ])("refuses %s", (text, problem) => {
    expect(parseCpus(text)).toEqual({ ok: false, problem })
  })
})

describe("--ulimit", () => {
  it.each([
    ["nofile=1024:2048", { type: "nofile", soft: 1024, hard: 2048 }],
    ["nofile=1024", { type: "nofile", soft: 1024, hard: 1024 }],
    ["core=-1", { type: "core", soft: -1, hard: -1 }],
    ["nofile=5:-1", { type: "nofile", soft: 5, hard: -1 }]
  ])("reads %s", (text, value) => {
    expect(parseUlimit(text)).toEqual({ ok: true, value })
  })

  it.each([
    ["nofile=5:3", "ulimit soft limit must be less than or equal to hard limit: 5 > 3"],
    ["nofile=-1:5", "ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: 5"],
    ["nofile=x", 'invalid limit: "x"'],
    ["nofile=5:", 'invalid limit: ""'],
    ["foo=1", "invalid ulimit type: foo"],
    ["NOFILE=1", "invalid ulimit type: NOFILE"],
    ["nofile", "invalid ulimit argument: nofile"],
    ["nofile=1:2:3", "too many limit value arguments - 1:2:3, can only have up to two, `soft[:hard]`"]
  ])("refuses %s", (text, problem) => {
    expect(parseUlimit(text)).toEqual({ ok: false, problem })
  })
})

describe("--sysctl", () => {
  it("takes what belongs to the container's namespaces", () => {
    expect(parseSysctl("net.ipv4.ip_forward=1")).toEqual({
      ok: true,
      value: { name: "net.ipv4.ip_forward", value: "1" }
    })
    expect(parseSysctl("kernel.shmmax=5").ok).toBe(true)
  })

  it.each(["kernel.panic=1", "vm.swappiness=1", "net=1", "net.ipv4", "foo", "=1", "net./../../kernel/panic=1"])(
    "refuses %s",
    (text) => {
      expect(parseSysctl(text)).toEqual({ ok: false, problem: `sysctl '${text}' is not allowed` })
    }
  )
})
