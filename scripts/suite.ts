import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run, type RunOptions } from "./repository.ts"

/** How a part of the whole ended. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Nothing was tried. */
export const none: Tally = { passed: 0, failed: 0, skipped: 0 }

/** The sum of several parts. */
export const total = (parts: ReadonlyArray<Tally>): Tally => ({
  passed: parts.reduce((sum, { passed }) => sum + passed, 0),
  failed: parts.reduce((sum, { failed }) => sum + failed, 0),
  skipped: parts.reduce((sum, { skipped }) => sum + skipped, 0)
})

/** Says what starts now. */
export const heading = (text: string): void => console.log(`\n» ${text}`)

const seconds = (since: number) => `${((Date.now() - since) / 1000).toFixed(1)} s`

/** One check by a program: its output is shown in full when it fails, its last line otherwise. */
export const check = async (name: string, argv: ReadonlyArray<string>, options: RunOptions = {}): Promise<Tally> => {
  const start = Date.now()
  const { code, output } = await run(argv, options)
  const ok = code === 0
  const last = output.trimEnd().split("\n").at(-1)?.trim() ?? ""
  console.log(
    `${ok ? "✓" : "✗"} ${name} (${seconds(start)})${ok ? (last === "" ? "" : `  ${last}`) : `  exit status ${code}`}`
  )
  if (!ok) console.log(output.trimEnd())
  return { ...none, [ok ? "passed" : "failed"]: 1 }
}

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: ReadonlyArray<{
    readonly status: string
    readonly assertionResults: ReadonlyArray<{ readonly status: string }>
  }>
}

/**
 * One run of vitest. The reporter prints failures in full; the numbers come from its JSON report. A file that failed
 * without a failed test, because it could not be loaded, counts as one failure; so does a run that ends badly without any.
 */
export const vitest = async (
  name: string,
  program: ReadonlyArray<string>,
  args: ReadonlyArray<string>,
  env: { readonly [name: string]: string } = {}
): Promise<Tally> => {
  const start = Date.now()
  // Under CI vitest would colour what it writes into a file too.
  const plain = process.stdout.isTTY ? {} : { NO_COLOR: "1" }
  const folder = mkdtempSync(join(tmpdir(), "vitest-"))
  try {
    const file = join(folder, "report.json")
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`]
    const { code } = await run([...program, "run", ...args, ...reporters], { show: true, env: { ...plain, ...env } })
    const tally = tallyOf(file)
    const failed = code !== 0 && tally.failed === 0 ? 1 : tally.failed
    console.log(
      `${failed === 0 ? "✓" : "✗"} ${name} (${seconds(start)})  ${tally.passed} passed, ${failed} failed, ${tally.skipped} skipped`
    )
    return { ...tally, failed }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const tallyOf = (file: string): Tally => {
  try {
    const report = JSON.parse(readFileSync(file, "utf8")) as Report
    const files = report.testResults.filter(
      ({ assertionResults, status }) =>
        status === "failed" && assertionResults.every((each) => each.status !== "failed")
    )
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + files.length,
      skipped: report.numPendingTests + report.numTodoTests
    }
  } catch {
    // vitest ended before it wrote a report; its exit status tells.
    return none
  }
}
