import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { startProcess } from "./host/started.ts"

interface Report {
  readonly healthy: boolean
  readonly findings: ReadonlyArray<{
    readonly subject: string
    readonly status: "ok" | "degraded" | "missing"
    readonly needed: boolean
    readonly found: string
    readonly costs?: string
    readonly mend?: string
  }>
}

describe("gantry doctor", () => {
  const gantry = useGantry()
  const reportOf = (text: string) => JSON.parse(text) as Report

  it("finds this host fit, in three forms, and leaves nothing behind", async () => {
    const json = await gantry.ok("doctor", "--json")
    const report = reportOf(json)
    expect(report.healthy).toBe(true)
    const wanted = report.findings.filter(({ needed }) => needed)
    expect(
      wanted.map(({ status, subject }) => `${subject} ${status}`).filter((each) => each.endsWith("missing"))
    ).toEqual([])
    expect(wanted.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(["kernel", "rights", "namespaces", "overlay", "nftables", "bridges", "disk"])
    )
    for (const { costs, mend, status } of report.findings) {
      expect(status === "ok" || (costs !== undefined && mend !== undefined)).toBe(true)
    }
    const lines = await gantry.ok("doctor")
    expect(lines).toContain("gantry can work here")
    const subjects = await gantry.ok("system", "doctor", "--format", "{{.subject}}")
    expect(subjects.split("\n")).toEqual(report.findings.map(({ subject }) => subject))
    // The store is not made to look at it, and attempts beside it are taken away.
    expect(readdirSync(gantry.scratch).filter((name) => name.startsWith(".gantry-doctor"))).toEqual([])
  })

  it("names a place that cannot have overlays, and ends with 1", async () => {
    const outcome = await gantry.try("--root", "/proc/nowhere", "doctor", "--json")
    expect(outcome.status).toBe(1)
    const { findings, healthy } = reportOf(outcome.stdout)
    expect(healthy).toBe(false)
    expect(findings.find(({ subject }) => subject === "overlay")).toMatchObject({ status: "missing", needed: true })
  })

  it("answers an ordinary user without programs, variables or a home", async () => {
    const stubs = join(gantry.scratch, "bin")
    mkdirSync(stubs)
    // A program of a known name that is not that program.
    writeFileSync(join(stubs, "nft"), "#!/bin/sh\necho it is broken >&2\nexit 3\n")
    chmodSync(join(stubs, "nft"), 0o755)
    const program = gantry.command[0] ?? ""
    const broken = await startProcess([program, "doctor", "--json"], { env: { PATH: stubs }, cwd: "/" }).ended
    expect(broken.status).toBe(1)
    expect(reportOf(broken.stdout).findings.find(({ subject }) => subject === "nftables")).toMatchObject({
      status: "missing",
      found: "it is broken"
    })
    const user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    const asUser = await startProcess([...user, program, "doctor", "--json"], { env: {}, cwd: "/" }).ended
    const { findings } = reportOf(asUser.stdout)
    expect(findings.find(({ subject }) => subject === "subuid and subgid")?.status).toBe("missing")
    expect(findings.filter(({ found }) => found.startsWith("could not be looked at"))).toEqual([])
  })

  it("refuses what it does not know", async () => {
    expect((await gantry.try("doctor", "--nothing")).status).toBe(125)
    expect((await gantry.try("doctor", "web")).status).toBe(1)
    const outcome = await gantry.try("doctor", "--format", "{{.subject")
    expect([outcome.status, outcome.stdout]).toEqual([125, ""])
  })
})
