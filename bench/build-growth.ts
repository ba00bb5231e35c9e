import { spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Bench, image } from "./bench.ts"
import { plot } from "./plot.ts"
import { type Contestant, median } from "./side-by-side.ts"

const runs = 7

/** Median milliseconds of a command that must succeed. */
const time = ({ argv: [program = "", ...args], env }: Contestant): number =>
  median(
    Array.from({ length: runs }, () => {
      const start = process.hrtime.bigint()
      const { status, stderr } = spawnSync(program, args, { env: { ...process.env, ...env }, encoding: "utf8" })
      if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}\n${stderr}`)
      return Number(process.hrtime.bigint() - start) / 1e6
    })
  )

/** How the cost of a build of which nothing has changed grows: with its steps, and with the files that it copies. */
export const growth = ({ gantry, quiet, scratch }: Bench): void => {
  const cost = (name: string, dockerfile: ReadonlyArray<string>, files: number): readonly [number, number] => {
    const context = join(scratch, `growth-${name}`)
    mkdirSync(join(context, "tree"), { recursive: true })
    for (let at = 0; at < files; at++) writeFileSync(join(context, "tree", String(at)), `file ${at}\n`)
    writeFileSync(join(context, "Dockerfile"), `${dockerfile.join("\n")}\n`)
    const build = gantry("build", context)
    quiet(build)
    const milliseconds = time(build)
    console.log(`  ${name.padEnd(14)} ${milliseconds.toFixed(1)} ms`)
    return [files === 0 ? dockerfile.length : files, milliseconds]
  }
  console.log("\ncached build, growth")
  // ENV between RUN steps: both kinds of records, and a long file does not take an hour to build first.
  const lines = (steps: number) =>
    Array.from({ length: steps }, (_, at) => (at % 4 === 0 ? `RUN ["/bin/true", "${at}"]` : `ENV V${at % 7}=${at}`))
  const bySteps = [1, 50, 100, 200, 400].map((steps) =>
    cost(`${steps} steps`, [`FROM ${image}`, ...lines(steps - 1)], 0)
  )
  const byFiles = [1, 5_000, 10_000, 20_000, 40_000].map((files) =>
    cost(`${files} files`, [`FROM ${image}`, "COPY tree /tree"], files)
  )
  const file = process.env["GANTRY_BENCH_PLOT"] ?? "build-growth.svg"
  writeFileSync(
    file,
    plot("A build of which nothing has changed", [
      { title: "steps", unit: "ms", points: bySteps },
      { title: "files in COPY", unit: "ms", points: byFiles }
    ])
  )
  console.log(`  plot: ${file}`)
}
