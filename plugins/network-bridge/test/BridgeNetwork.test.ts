import { execFile, spawnSync } from "node:child_process"
import { promisify } from "node:util"
import { networkLaws } from "@gantry/laws/network-laws"
import { beforeAll, describe, expect, it } from "vitest"
import { checks } from "./kernel/checks.ts"

/** What happened in the namespace: for each law and check, why it is broken, or nothing. */
const outcomes = new Map<string, string | undefined>()

const child = `${import.meta.dirname}/kernel/child.ts`
const program = [process.execPath, "--conditions=gantry-source", "--no-warnings", child]

const works = spawnSync("unshare", ["--net", "--mount", "true"]).status === 0
const needs = works ? "" : " [SKIPPED, needs: new network and mount namespaces (root)]"

// All of it happens in one network namespace of its own, so that the host's stays as it is.
beforeAll(async () => {
  if (!works) return
  const { stdout } = await promisify(execFile)("unshare", ["--net", "--mount", "--", ...program], {
    env: { ...process.env, GANTRY_LAW_RUNS: process.env["GANTRY_LAW_RUNS"] ?? "8" }
  })
  for (const line of stdout.trim().split("\n")) {
    const { name, problem } = JSON.parse(line) as { readonly name: string; readonly problem?: string }
    outcomes.set(name, problem)
  }
})

const kept = (name: string) => ({ name, known: outcomes.has(name), problem: outcomes.get(name) })

describe.skipIf(!works)(`BridgeNetwork keeps the network laws on a real kernel${needs}`, () => {
  for (const { id, sentence } of networkLaws()) {
    const name = `${id} ${sentence}`
    it(`${name}`, () => expect(kept(name)).toEqual({ name, known: true, problem: undefined }))
  }
})

describe.skipIf(!works)(`on a real kernel${needs}`, () => {
  for (const { sentence: name } of checks) {
    it(`${name}`, () => expect(kept(name)).toEqual({ name, known: true, problem: undefined }))
  }
})
