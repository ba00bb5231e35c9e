import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { readDuration } from "@gantry/core/duration"
import { parseInstant } from "../../../src/argv/values/instant.ts"

const second = 1_000_000_000n

describe("durations", () => {
  it.each([
    ["0", 0n],
    ["1s", second],
    ["1h30m", 5400n * second],
    ["1.5s", 1_500_000_000n],
    ["-10ms", -10_000_000n],
    ["+5us", 5000n],
    ["100µs", 100_000n],
    [".5m", 30n * second],
    ["1.h", 3600n * second]
  ])("read %s", (text, value) => {
    expect(readDuration(text)).toEqual({ ok: true, value })
  })

  it.each([
    ["1", 'time: missing unit in duration "1"'],
    ["1x", 'time: unknown unit "x" in duration "1x"'],
    ["1constructor", 'time: unknown unit "constructor" in duration "1constructor"'],
    ["", 'time: invalid duration ""'],
    ["-", 'time: invalid duration "-"'],
    [".s", 'time: invalid duration ".s"'],
    ["9999999999h", 'time: invalid duration "9999999999h"']
  ])("refuse %s", (text, problem) => {
    expect(readDuration(text)).toEqual({ ok: false, problem })
  })

  it("are the sum of their parts", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(59), fc.nat(59), (hours, minutes, seconds) => {
        const value = BigInt(hours * 3600 + minutes * 60 + seconds) * second
        expect(readDuration(`${hours}h${minutes}m${seconds}s`)).toEqual({ ok: true, value })
      })
    )
  })
})

describe("--since and --until", () => {
  const now = 1_700_000_000n * second

  it.each([
    ["1m30s", now - 90n * second],
    ["1136073845.000000001", 1_136_073_845_000_000_001n],
    ["1136073845", 1_136_073_845n * second],
    ["2006-01-02T15:04:05Z", 1_136_214_245n * second],
    ["2006-01-02T15:04:05.999999999+01:00", 1_136_210_645_999_999_999n],
    ["2006-01-02Z", 1_136_160_000n * second],
    ["2006-01-02T15Z", 1_136_214_000n * second]
  ])("read %s", (text, value) => {
    expect(parseInstant(text, now)).toEqual({ ok: true, value })
  })

  it("mean the caller's zone when none is written", () => {
    const value = BigInt(new Date(2006, 0, 2, 15, 4).getTime()) * 1_000_000n
    expect(parseInstant("2006-01-02T15:04", now)).toEqual({ ok: true, value })
  })

  it.each(["x", "", "2006-13-02", "2006-02-30", "2006-01-02T25:00:00Z", "2006-01-02 15:04"])("refuse %s", (text) => {
    expect(parseInstant(text, now).ok).toBe(false)
  })
})
