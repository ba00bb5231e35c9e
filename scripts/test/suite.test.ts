import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { inRepository } from "../repository.ts"
import { none, readReport, reasonsOf, type Run, vitestWithSecondTry } from "../suite.ts"

const ended = (
  passed: number,
  failures: { readonly [file: string]: ReadonlyArray<string> } = {},
  failed = Object.values(failures).flat().length
): Run => ({ passed, failed, skipped: 1, failures: new Map(Object.entries(failures)) })

/** Runs that end like this, one after the other; says which files were asked for. */
const inTurn = (...runs: ReadonlyArray<Run>) => {
  const asked: Array<ReadonlyArray<string>> = []
  const runOf = (_: string, files: ReadonlyArray<string>) => {
    asked.push(files)
    return Promise.resolve(runs[asked.length - 1] ?? ended(0))
  }
  return { asked, runOf }
}

describe("a second try", () => {
  let lines: Array<string> = []
  beforeEach(() => {
    lines = []
    vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line))
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it("is not made when all is well, nor when more failed than accidents explain", async () => {
    for (const first of [ended(9), ended(6, { a: ["1"], b: ["1"], c: ["1"] }), ended(0, {}, 1)]) {
      const { asked, runOf } = inTurn(first)
      expect(await vitestWithSecondTry("all", runOf)).toEqual(first)
      expect(asked).toEqual([[]])
    }
  })

  it("is made of the files that failed, and what passes then has passed", async () => {
    const { asked, runOf } = inTurn(ended(7, { a: ["1", "2"], b: ["3"] }), ended(5))
    expect(await vitestWithSecondTry("all", runOf)).toEqual(ended(10))
    expect(asked).toEqual([[], ["a", "b"]])
    expect(lines.slice(1)).toEqual(["!   a > 1", "!   a > 2", "!   b > 3"])
  })

  it("is not made of a counterexample, which another seed would only hide, unless it is about the machine", async () => {
    const reasons = ["✗ a > 1\n    Error: Property failed after 3 tests\n    { seed: 7 }"]
    const first = { ...ended(7, { a: ["1"] }), reasons }
    const once = inTurn(first, ended(1))
    expect(await vitestWithSecondTry("all", once.runOf)).toEqual(first)
    const twice = inTurn(first, ended(1))
    expect((await vitestWithSecondTry("all", twice.runOf, "of the machine")).failed).toBe(0)
  })

  it("leaves what fails twice failed, and what belongs to no file", async () => {
    const again = inTurn(ended(7, { a: ["1", "2"] }), ended(4, { a: ["2"] }))
    expect(await vitestWithSecondTry("all", again.runOf)).toEqual(ended(8, { a: ["2"] }))
    expect(lines.slice(1)).toEqual(["!   a > 1"])
    const elsewhere = inTurn(ended(7, { a: ["1"] }, 2), ended(4))
    expect(await vitestWithSecondTry("all", elsewhere.runOf)).toEqual(ended(8, {}, 1))
  })
})

describe("a report of vitest", () => {
  const folder = mkdtempSync(join(tmpdir(), "gantry-report-"))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it("names the tests that failed, and files that could not be loaded", () => {
    const file = join(folder, "report.json")
    const tests = [
      { status: "passed", fullName: "one" },
      { status: "failed", fullName: "two", failureMessages: ["Error: 2 is no 3\n\n    at a.ts:1:1\nseed 7"] }
    ]
    const report = {
      numPassedTests: 1,
      numFailedTests: 1,
      numPendingTests: 2,
      numTodoTests: 1,
      testResults: [
        { name: inRepository("a.test.ts"), status: "failed", assertionResults: tests },
        { name: inRepository("b.test.ts"), status: "failed", message: "no module c", assertionResults: [] },
        { name: "c.test.ts", status: "passed", assertionResults: [] }
      ]
    }
    writeFileSync(file, JSON.stringify(report))
    expect(readReport(file)).toEqual({
      passed: 1,
      failed: 2,
      skipped: 3,
      failures: new Map([
        [inRepository("a.test.ts"), ["two"]],
        [inRepository("b.test.ts"), ["the file itself"]]
      ]),
      reasons: ["✗ a.test.ts > two\n    Error: 2 is no 3\n    seed 7", "✗ b.test.ts\n    no module c"]
    })
  })

  it("is told again at the end of the whole, and of very many failures the first ones", () => {
    expect(reasonsOf([none, { ...none, reasons: ["✗ types"] }, { ...none, reasons: ["✗ a", "✗ b"] }])).toEqual([
      "✗ types",
      "✗ a",
      "✗ b"
    ])
    const many = Array.from({ length: 30 }, (_, index) => `✗ ${index}`)
    expect(reasonsOf([{ ...none, reasons: many }]).slice(-2)).toEqual(["✗ 19", "✗ and 10 more"])
  })

  it("that was never written says nothing", () => {
    expect(readReport(join(folder, "none.json"))).toEqual({ passed: 0, failed: 0, skipped: 0, failures: new Map() })
  })
})
