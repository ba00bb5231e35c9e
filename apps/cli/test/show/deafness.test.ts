import { describe, expect, it } from "vitest"
import { plainSpec } from "@gantry/core/runtime/ContainerSpec"
import type { ContainerRecord } from "@gantry/engine/containers/ContainerRecord"
import { deafness } from "../../src/show/deafness.ts"

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
