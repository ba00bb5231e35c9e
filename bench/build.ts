/**
 * Builds beside docker's BuildKit, docker's classic builder and buildah. `node bench/build.ts [ROW…]` with rows `cached`,
 * `run`, `copy`, `growth`; all of them when none is named. `growth` is ours alone and writes a plot (SVG) to the file
 * named by GANTRY_BENCH_PLOT, `build-growth.svg` in the working directory by default.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Bench, image, withBench } from "./bench.ts"
import { builders, building } from "./builders.ts"
import { growth } from "./build-growth.ts"
import { onFreshDisk } from "./fresh-disk.ts"
import { perPiece, report, timeInTurn, type TurnOptions } from "./side-by-side.ts"

/** What stands in a build's directory. Nothing is removed between rows: files made right after many were removed cost more. */
const makeContext = (folder: string, dockerfile: ReadonlyArray<string>): string => {
  mkdirSync(folder)
  writeFileSync(join(folder, "file"), "contents\n")
  writeFileSync(join(folder, "Dockerfile"), `${dockerfile.join("\n")}\n`)
  return folder
}

const side = (
  { gantry, peers }: Bench,
  options: ReadonlyArray<string>,
  turns: TurnOptions = {},
  except: ReadonlyArray<string> = []
) =>
  timeInTurn(
    [
      gantry("build", ...options),
      ...builders(peers)
        .filter(({ name }) => !except.includes(name))
        .map((builder) => building(builder, ...options))
    ],
    turns
  )

/** Nothing has changed. */
const cached = (bench: Bench): void => {
  for (const steps of [6, 30]) {
    const runs = Array.from({ length: steps - 2 }, (_, step) => `RUN ["/bin/sh", "-c", "echo ${step} > /step-${step}"]`)
    const dockerfile = [`FROM ${image}`, "COPY file /file", ...runs, `CMD ["/bin/true"]`]
    const context = makeContext(join(bench.scratch, `cached-${steps}`), dockerfile)
    report(`build of ${steps} steps, all cached`, "ms", side(bench, ["-t", `gantry-bench:cached-${steps}`, context]))
  }
}

/** What a RUN costs besides its command. */
const runSteps = (bench: Bench): void => {
  const steps = 30
  const dockerfile = [`FROM ${image}`, ...Array.from({ length: steps }, () => `RUN ["/bin/true"]`)]
  const context = makeContext(join(bench.scratch, "run-steps"), dockerfile)
  const results = side(bench, ["--no-cache", "-t", "gantry-bench:run", context], { atMost: 3 })
  report(`one RUN true, of ${steps} without cache`, "ms", perPiece(results, steps))
}

/** A COPY of many files of which one is another each time. */
const copyChanged = (bench: Bench): void => {
  const files = 20_000
  const context = makeContext(join(bench.scratch, "copy"), [`FROM ${image}`, "COPY tree /tree"])
  for (let at = 0; at < files; at++) {
    const folder = join(context, "tree", String(at % 100))
    if (at < 100) mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, String(at)), `file ${at}\n`)
  }
  let version = 0
  const results = side(bench, ["-t", "gantry-bench:copy", context], {
    atMost: 5,
    before: () => {
      writeFileSync(join(context, "tree/0/0"), `version ${++version}\n`)
      // Nobody's turn is to write what another has left.
      bench.quiet({ argv: ["sync"] })
    }
  })
  report(`COPY of ${files} files, one changed`, "ms", results)
}

const rows: { readonly [name: string]: (bench: Bench) => void } = { cached, run: runSteps, growth, copy: copyChanged }

/** Measures rows, and takes the images away that they left. */
const measure =
  (names: ReadonlyArray<string>) =>
  (bench: Bench): void => {
    for (const name of names) rows[name]?.(bench)
    for (const { engine } of builders(bench.peers)) {
      for (const tag of ["cached-6", "cached-30", "run", "copy"]) {
        try {
          bench.quiet({ argv: [engine, "rmi", "-f", `gantry-bench:${tag}`] })
        } catch {
          // That row was not asked for.
        }
      }
    }
  }

const asked = process.argv.slice(2)
const unknown = asked.find((name) => !Object.hasOwn(rows, name))
if (unknown !== undefined) {
  console.error(`there is no row ${unknown}; rows are ${Object.keys(rows).join(", ")}`)
  process.exitCode = 2
} else {
  const wanted = Object.keys(rows).filter((name) => asked.length === 0 || asked.includes(name))
  const here = wanted.filter((name) => name !== "copy")
  if (here.length > 0) withBench(measure(here))
  // It makes and removes many files. The daemon of that disk runs nothing, so the other rows are not for it.
  if (wanted.includes("copy")) onFreshDisk(() => withBench(measure(["copy"])))
}
