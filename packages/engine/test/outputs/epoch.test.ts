import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { open } from "@gantry/build/context/ContextTree"
import { afterAll, describe, expect, it } from "vitest"
import type { OpenedContext } from "../../src/contexts/open-context.ts"
import { epochFor, type EpochRequest, readEpoch } from "../../src/outputs/epoch.ts"

const root = mkdtempSync(join(tmpdir(), "gantry-epoch-"))
mkdirSync(join(root, "inner"))
for (const [name, seconds] of [
  ["old", 1000],
  ["inner/new", 3000],
  ["middle", 2000]
] as const) {
  writeFileSync(join(root, name), name)
  utimesSync(join(root, name), seconds, seconds)
}
afterAll(() => rmSync(root, { recursive: true }))

const context = (more: Partial<OpenedContext> = {}, text = "FROM scratch\n"): OpenedContext => ({
  tree: open(root),
  dockerfile: { text, shown: "Dockerfile" },
  fromArchive: false,
  ...more
})
const times = (request: Partial<EpochRequest>, opened = context()) => {
  const { buildArgs, epoch } = epochFor({ buildArgs: new Map(), ...request }, opened)
  return [epoch, buildArgs.get("SOURCE_DATE_EPOCH")]
}

describe("the time that a build may not go beyond", () => {
  it("is the one that was asked for, and commands can see it", () => {
    expect(times({ epoch: 7 })).toEqual([7, "7"])
    expect(times({ epoch: 7, reproducible: true })).toEqual([7, "7"])
  })

  it("is none unless somebody names one, or wants the build to be reproducible", () => {
    expect(times({})).toEqual([undefined, undefined])
    expect(times({ reproducible: true })).toEqual([0, "0"])
  })

  it("is the one that the Dockerfile gives before its first FROM, unless the caller knows better", () => {
    const opened = context({}, "ARG SOURCE_DATE_EPOCH=1704067200\nFROM scratch\nARG SOURCE_DATE_EPOCH=5\n")
    expect(times({}, opened)).toEqual([1_704_067_200, "1704067200"])
    expect(times({ epoch: 7 }, opened)).toEqual([7, "7"])
    expect(times({}, context({}, "FROM scratch\nARG SOURCE_DATE_EPOCH=5\n"))).toEqual([undefined, undefined])
    expect(times({}, context({}, "ARG SOURCE_DATE_EPOCH=soon\nFROM scratch\n"))).toEqual([undefined, undefined])
    expect(times({}, context({}, "not a Dockerfile"))).toEqual([undefined, undefined])
  })

  it("is that of the context when asked for: of a commit, or of the newest file of an archive; a folder has none", () => {
    const given = { epoch: "context", buildArgs: new Map([["SOURCE_DATE_EPOCH", "context"]]) } as const
    expect(times(given, context({ committedAt: 99 }))).toEqual([99, "99"])
    expect(times(given, context({ fromArchive: true }))).toEqual([3000, "3000"])
    expect(times(given)).toEqual([undefined, undefined])
    expect(times({ ...given, reproducible: true })).toEqual([0, "0"])
  })

  it("is a whole number of seconds", () => {
    expect(["0", "1704067200", "context", "", "-1", "1.5", "1e3", "123456789012"].map(readEpoch)).toEqual([
      0,
      1_704_067_200,
      "context",
      undefined,
      undefined,
      undefined,
      undefined,
      undefined
    ])
  })
})
