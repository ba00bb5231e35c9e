/** The one gate, quick things first: what passes here may be committed. The end-to-end suite is `npm test`. */
import { inRepository } from "./repository.ts"
import { check, heading, type Tally, total, vitest } from "./suite.ts"

const node = [process.execPath]
const tallies: Array<Tally> = []

heading("style")
tallies.push(await check("format", ["oxfmt", "--check", "."]))
tallies.push(await check("lint", ["oxlint", "--quiet", "."]))

heading("types")
tallies.push(await check("types", ["tsc", "-p", "tsconfig.json"]))
tallies.push(await check("types of the binary's build script", ["tsc", "-p", "apps/cli/tsconfig.binary.json"]))

heading("build")
tallies.push(await check("build", ["turbo", "run", "build", "--output-logs=errors-only"]))

heading("house")
tallies.push(await check("house", [...node, "scripts/check-house.ts"]))
tallies.push(await check("lock file", [...node, "scripts/check-lock.ts"]))
tallies.push(await check("examples", [...node, "scripts/check-examples.ts"]))
tallies.push(await check("documentation", [...node, "scripts/write-docs.ts"]))
tallies.push(await check("LAWS.md", [...node, "--conditions=gantry-source", "scripts/write-laws.ts", "--check"]))

heading("tests")
tallies.push(
  await vitest(
    "unit, property and law tests",
    [...node, inRepository("node_modules/vitest/vitest.mjs")],
    ["--project", "unit"]
  )
)

const { failed, passed, skipped } = total(tallies)
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed === 0 ? 0 : 1
