import { readSync, openSync, closeSync } from "node:fs"
import { type BuildRecord, logOf, type StepRecord } from "@gantry/engine/build-logs/BuildRecord"
import { allBuilds, findBuild, findStep } from "@gantry/engine/build-logs/find-build"
import * as Effect from "effect/Effect"
import { buildHistory as historyTable, buildLog as logTable } from "../argv/tables/build-logs.ts"
import { buildColumns, buildHeaders, buildRow, stepEnd, stepTitle } from "../show/build-row.ts"
import type { Terminal } from "../terminal.ts"
import { define } from "./define.ts"
import { printListing } from "./listing.ts"

/** `gantry build log`. */
export default define(logTable, ({ operands, options }, { settings, terminal }) =>
  Effect.gen(function* () {
    const [first, second] = operands
    // A number alone is a step of the newest build: no id of a build is one.
    const isStep = second === undefined && first !== undefined && /^#?\d+$|\//.test(first)
    const build = yield* findBuild(isStep ? undefined : first)
    const asked = isStep ? first : second
    const steps = asked === undefined ? build.steps : [yield* findStep(build, asked)]
    if (options.json) {
      const { process: _, ...shown } = build
      terminal.out(`${JSON.stringify({ ...shown, steps })}\n`)
      return 0
    }
    for (const step of steps) {
      // One step alone is its bytes and nothing else, as it wrote them.
      if (asked === undefined) terminal.out(`${stepTitle(step)}\n`)
      yield* Effect.sync(() => copyLog(settings.root, build, step, terminal))
      if (asked === undefined) terminal.out(`${stepEnd(step)}\n\n`)
    }
    return 0
  })
)

/** `gantry build history`. */
export const history = define(historyTable, ({ options }, { terminal }) =>
  Effect.gen(function* () {
    const builds = yield* allBuilds
    if (options.quiet) {
      terminal.out(builds.map(({ id }) => `${id}\n`).join(""))
      return 0
    }
    const rows = builds.map((each) => buildRow(each, terminal.now()))
    return yield* printListing(options.format, { rows, headers: buildHeaders, columns: buildColumns }, terminal)
  })
)

/** Bytes copied at once. */
const piece = 64 * 1024

const copyLog = (root: string, { id }: BuildRecord, { index }: StepRecord, terminal: Terminal): void => {
  let fd: number
  try {
    fd = openSync(logOf(root, id, index), "r")
  } catch {
    // It wrote nothing, or another build has just made room for itself.
    return
  }
  try {
    const buffer = Buffer.alloc(piece)
    for (let length = readSync(fd, buffer); length > 0; length = readSync(fd, buffer))
      terminal.out(buffer.subarray(0, length))
  } finally {
    closeSync(fd)
  }
}
