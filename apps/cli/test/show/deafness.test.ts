import { describe, expect, it } from "vitest"
import { plainSpec } from "@gantry/core/runtime/ContainerSpec"
import type { ContainerRecord } from "@gantry/engine/containers/ContainerRecord"
import { deafness, persistence } from "../../src/show/deafness.ts"

const spec = plainSpec("0".repeat(64), { type: "directory", path: "/" }, { argv: ["sleep"] })
// Only what is looked at.
const options = { stopSignal: 15, stopTimeout: 10 } as ContainerRecord["options"]
const asked = { signal: undefined, seconds: undefined }
const killed = { code: 137, oomKilled: false }

describe("a container that had to be killed", () => {
  it("is said to be deaf, with the way out", () => {
    expect(deafness({ name: "web", options, spec }, killed, asked)).toBe(
      "gantry: web went on after SIGTERM, and was killed after 10 s\n  try: run it with --init, or with a --stop-signal that it heeds\n"
    )
    expect(deafness({ name: "web", options, spec: { ...spec, init: true } }, killed, asked)).not.toContain("--init")
  })

  it.each([
    ["ended by itself", { code: 0, oomKilled: false }, asked],
    ["was short of memory", { code: 137, oomKilled: true }, asked],
    ["was not running", undefined, asked],
    ["was to be killed", killed, { signal: 9, seconds: undefined }],
    ["got no time", killed, { signal: undefined, seconds: 0 }]
  ] as const)("is not when it %s", (_, exit, how) => {
    expect(deafness({ name: "web", options, spec }, exit, how)).toBeUndefined()
  })
})

describe("signals to a container in the foreground that does not end", () => {
  const says = (init: boolean, ...signals: ReadonlyArray<number>) => {
    const told = persistence({ name: "web", spec: { init } as ContainerRecord["spec"] })
    return signals.map(told)
  }

  it("have a hint follow the third one, once", () => {
    const hint =
      "gantry: web goes on after SIGINT\n  try: gantry kill web; run with --init, it would end at such a signal\n"
    expect(says(false, 2, 2, 2, 2, 2, 2)).toEqual([undefined, undefined, hint, undefined, undefined, undefined])
    expect(says(false, 15, 2, 15)[2]).toContain("after SIGTERM")
    expect(says(true, 2, 2, 2)[2]).toBe("gantry: web goes on after SIGINT\n  try: gantry kill web\n")
  })

  it("do not count when they end nothing by themselves, such as SIGHUP or SIGUSR1", () => {
    expect(says(false, 1, 10, 12, 18, 1, 10)).toEqual(Array.from({ length: 6 }, () => undefined))
  })
})
