import { expect, it } from "vitest"
import { parseDuration } from "../src/duration.ts"

it.each([
  ["0", 0],
  ["1ns", 1],
  ["1.5s", 1_500_000_000],
  ["1h2m3s4ms5us6ns", 3_723_004_005_006],
  ["+.5m", 30e9],
  ["-2ms", -2e6],
  ["3µs", 3000],
  ["1.s", 1e9]
])("%s is %d nanoseconds", (text, value) => expect(parseDuration(text)).toBe(value))

it.each(["", "5", "s", "1d", "1 s", "1s ", ".s", "1e3s", "--1s", "9999999h"])("%j is no duration", (text) =>
  expect(parseDuration(text)).toBeUndefined()
)
