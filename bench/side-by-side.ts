import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { cpus, release } from "node:os"

/** One of the things compared. */
export interface Contestant {
  readonly name: string
  readonly version: string
  readonly argv: ReadonlyArray<string>
  readonly cwd?: string
  readonly env?: { readonly [name: string]: string }
}

/** The times of one contestant, in milliseconds. */
export interface Times {
  readonly name: string
  readonly version: string
  readonly median: number
  readonly min: number
  readonly max: number
  readonly runs: number
}

/** Pairs measured when GANTRY_BENCH_PAIRS says nothing. Fewer than ten say little on a shared machine. */
const pairs = Math.max(1, Number(process.env["GANTRY_BENCH_PAIRS"] ?? 15))

const once = ({ argv, cwd, env, name }: Contestant): number => {
  const [program = "", ...args] = argv
  const start = process.hrtime.bigint()
  const { status, stderr } = spawnSync(program, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd })
  })
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6
  if (status !== 0) throw new Error(`${name}: ${argv.join(" ")} ended with ${status}\n${stderr}`)
  return milliseconds
}

/** The middle value; the mean of the two in the middle when their number is even. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2
}

/** What is reported of the values measured of one contestant. */
export const summaryOf = (
  { name, version }: Pick<Contestant, "name" | "version">,
  values: ReadonlyArray<number>
): Times => ({
  name,
  version,
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
  runs: values.length
})

/** What is the same for all that are timed. */
export interface TurnOptions {
  /** Most rounds, for what takes long and does much in one run. */
  readonly atMost?: number
  /** Done outside the clock before each run, the warm-up included. */
  readonly before?: (contestant: Contestant) => void
}

/** Runs all in turn, A B A B, after one warm-up each, so that a noisy neighbour is everybody's. */
export const timeInTurn = (
  contestants: ReadonlyArray<Contestant>,
  { atMost = pairs, before = () => {} }: TurnOptions = {}
): ReadonlyArray<Times> => {
  const measured = contestants.map((contestant) => ({ contestant, values: [] as Array<number> }))
  const timed = (contestant: Contestant): number => {
    before(contestant)
    return once(contestant)
  }
  for (const contestant of contestants) timed(contestant)
  for (let pair = 0; pair < Math.min(pairs, atMost); pair++) {
    for (const { contestant, values } of measured) values.push(timed(contestant))
  }
  return measured.map(({ contestant, values }) => summaryOf(contestant, values))
}

/** The same times, each divided: the cost of one thing in a run that does many. */
export const perPiece = (results: ReadonlyArray<Times>, pieces: number): ReadonlyArray<Times> =>
  results.map((each) => ({
    ...each,
    median: each.median / pieces,
    min: each.min / pieces,
    max: each.max / pieces
  }))

/** Prints a row as text, and as JSON to the file named by GANTRY_BENCH_JSON, one line a row. The first is ours. */
export const report = (row: string, unit: string, results: ReadonlyArray<Times>): void => {
  const [ours] = results
  const best = Math.min(...results.slice(1).map((each) => each.median))
  console.log(`\n${row} (${unit}; ${cpus().length} processors, Linux ${release()})`)
  for (const { max, median: middle, min, name, runs, version } of results) {
    const numbers = `${middle.toFixed(1).padStart(9)}  (${min.toFixed(1)} to ${max.toFixed(1)}, ${runs} runs)`
    console.log(`  ${name.padEnd(10)}${numbers}  ${version}`)
  }
  const ratio = ours === undefined || !Number.isFinite(best) ? undefined : ours.median / best
  console.log(ratio === undefined ? "  no peer to compare with" : `  ratio to the best peer: ${ratio.toFixed(2)}`)
  const file = process.env["GANTRY_BENCH_JSON"]
  if (file !== undefined)
    writeFileSync(file, `${JSON.stringify({ row, unit, ratio: ratio ?? null, results })}\n`, { flag: "a" })
}
