import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { inRepository, run, type RunOptions } from "./repository.ts"

/** How a part of the whole ended. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** What failed, and what the first lines of each failure say. */
  readonly reasons?: ReadonlyArray<string> | undefined
}

/** Nothing was tried. */
export const none: Tally = { passed: 0, failed: 0, skipped: 0 }

/** The sum of several parts. */
export const total = (parts: ReadonlyArray<Tally>): Tally => ({
  passed: parts.reduce((sum, { passed }) => sum + passed, 0),
  failed: parts.reduce((sum, { failed }) => sum + failed, 0),
  skipped: parts.reduce((sum, { skipped }) => sum + skipped, 0)
})

/** More than so many failures are not said again at the end. */
const mostReasons = 20

/**
 * What failed, part by part, to be said once more at the very end: whoever sees only the last lines of a long log shall
 * know what to look at.
 */
export const reasonsOf = (parts: ReadonlyArray<Tally>): ReadonlyArray<string> => {
  const all = parts.flatMap(({ reasons = [] }) => reasons)
  const left = all.length - mostReasons
  return left > 0 ? [...all.slice(0, mostReasons), `✗ and ${left} more`] : all
}

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
  return ok ? { ...none, passed: 1 } : { ...none, failed: 1, reasons: [`✗ ${name}`] }
}

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: ReadonlyArray<{
    readonly name: string
    readonly status: string
    readonly message?: string
    readonly assertionResults: ReadonlyArray<{
      readonly status: string
      readonly fullName: string
      readonly failureMessages?: ReadonlyArray<string>
    }>
  }>
}

/** How a run of vitest ended, and what failed in it: names of tests by their file. */
export interface Run extends Tally {
  readonly failures: ReadonlyMap<string, ReadonlyArray<string>>
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
): Promise<Run> => {
  const start = Date.now()
  // Under CI vitest would colour what it writes into a file too.
  const plain = process.stdout.isTTY ? {} : { NO_COLOR: "1" }
  const folder = mkdtempSync(join(tmpdir(), "vitest-"))
  try {
    const file = join(folder, "report.json")
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`]
    const { code } = await run([...program, "run", ...args, ...reporters], { show: true, env: { ...plain, ...env } })
    const tally = readReport(file)
    const failed = code !== 0 && tally.failed === 0 ? 1 : tally.failed
    console.log(
      `${failed === 0 ? "✓" : "✗"} ${name} (${seconds(start)})  ${tally.passed} passed, ${failed} failed, ${tally.skipped} skipped`
    )
    const lost = failed > tally.failed ? [`✗ ${name}: exit status ${code}`] : []
    return { ...tally, failed, reasons: [...(tally.reasons ?? []), ...lost] }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** So many files may be tried again: more than that is no accident of a busy machine. */
const fewFiles = 2

/** What a property says that found a counterexample: another try only has another seed. */
const counterexample = /Property failed after|\bseed\b/

/**
 * A run of tests on a real machine, of which a few files may need a second try: what else runs there has a say in them.
 * The second try is of whole files, made anew. Whatever needed it is named, so that it stays seen; what fails twice has
 * failed. A counterexample is none of the machine's accidents, unless `properties` are about the machine too.
 */
export const vitestWithSecondTry = async (
  name: string,
  runOf: (name: string, files: ReadonlyArray<string>) => Promise<Run>,
  properties: "of the code" | "of the machine" = "of the code"
): Promise<Run> => {
  const first = await runOf(name, [])
  const files = [...first.failures.keys()]
  if (properties === "of the code" && first.reasons?.some((reason) => counterexample.test(reason)) === true)
    return first
  if (files.length === 0 || files.length > fewFiles) return first
  const second = await runOf(`${name}, a second try`, files)
  const now = withoutFirstFailures(first, second)
  if (now.failed < first.failed) {
    console.log("! failed at first and passed when tried again:")
    for (const [file, tests] of first.failures) {
      const still = second.failures.get(file) ?? []
      for (const test of tests) if (!still.includes(test)) console.log(`!   ${file} > ${test}`)
    }
  }
  return now
}

/** What is true after a second try of the files that failed: of tests in them, the second result. */
const withoutFirstFailures = (first: Run, second: Run): Run => {
  const tried = [...first.failures.values()].reduce((sum, tests) => sum + tests.length, 0)
  return {
    passed: first.passed + Math.max(0, tried - second.failed),
    // A failure that belongs to no file stays one.
    failed: first.failed - tried + second.failed,
    skipped: first.skipped,
    failures: second.failures,
    reasons: second.reasons
  }
}

/** What vitest's JSON report says. Nothing when it ended before it wrote one: its exit status tells then. */
export const readReport = (file: string): Run => {
  let report: Report
  try {
    report = JSON.parse(readFileSync(file, "utf8"))
  } catch {
    return { ...none, failures: new Map() }
  }
  const failures = new Map(
    report.testResults
      .filter(({ status }) => status === "failed")
      .map(({ assertionResults, name }) => {
        const tests = assertionResults.filter(({ status }) => status === "failed").map(({ fullName }) => fullName)
        return [name, tests.length === 0 ? ["the file itself"] : tests] as const
      })
  )
  const unloaded = [...failures.values()].filter(([only]) => only === "the file itself").length
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
    reasons: report.testResults
      .filter(({ status }) => status === "failed")
      .flatMap(({ assertionResults, message = "", name }) => {
        const tests = assertionResults.filter(({ status }) => status === "failed")
        return tests.length === 0
          ? [reasonOf(name, message)]
          : tests.map(({ failureMessages = [], fullName }) =>
              reasonOf(`${name} > ${fullName}`, failureMessages.join("\n"))
            )
      })
  }
}

/** One failure: its place, and the beginning of what it says, without the stack. */
const reasonOf = (place: string, message: string): string => {
  const said = message.split("\n").filter((line) => line.trim() !== "" && !/^\s+at /.test(line))
  return [
    `✗ ${relative(inRepository("."), place)}`,
    ...said.slice(0, 8).map((line) => `    ${line.slice(0, 300)}`)
  ].join("\n")
}
