/**
 * The whole test: the build, the checks, unit, property and law tests, the end-to-end suite on the real kernel, and a
 * look at what it left behind. Ends with one line: `N passed, N failed, N skipped`.
 */
import { leaksSince, traces } from "./leaks.ts"
import { inRepository, run } from "./repository.ts"
import { check, heading, none, reasonsOf, type Tally, total, vitest, vitestWithSecondTry } from "./suite.ts"
import { ensureTools, isRoot } from "./tools.ts"

const tallies: Array<Tally> = []
const before = await traces()
const node = [process.execPath]
const vitestProgram = [...node, inRepository("node_modules/vitest/vitest.mjs")]

heading("tools")
const toolsAreThere = await ensureTools()

heading("build")
const built = await check("build", ["turbo", "run", "build", "--output-logs=errors-only"])
tallies.push(built)

heading("checks")
tallies.push(await check("types", ["tsc", "-p", "tsconfig.json"]))
tallies.push(await check("types of the binary's build script", ["tsc", "-p", "apps/cli/tsconfig.binary.json"]))
tallies.push(await check("house", [...node, "scripts/check-house.ts"]))
tallies.push(await check("lock file", [...node, "scripts/check-lock.ts"]))
tallies.push(await check("examples", [...node, "scripts/check-examples.ts"]))
tallies.push(await check("documentation", [...node, "scripts/write-docs.ts"]))
tallies.push(await check("LAWS.md", [...node, "--conditions=gantry-source", "scripts/write-laws.ts", "--check"]))

heading("unit, property and law tests on Node")
tallies.push(
  await vitestWithSecondTry("Node", (name, files) => vitest(name, vitestProgram, ["--project", "unit", ...files]))
)

// What must be the same on every runtime: formats, keys, system calls.
const shared = ["packages/core", "packages/build", "packages/compose", "packages/linux"]
heading(`the same on Bun: ${shared.join(", ")}`)
const onOtherRuntime = (name: string, ...start: ReadonlyArray<string>) =>
  vitestWithSecondTry(name, (attempt, files) =>
    vitest(
      attempt,
      [...start, inRepository("node_modules/vitest/vitest.mjs")],
      ["--project", "unit", ...(files.length === 0 ? shared : files)]
    )
  )
tallies.push(await onOtherRuntime("Bun", "bun", "--bun"))
heading(`the same on Deno: ${shared.join(", ")}`)
tallies.push(await onOtherRuntime("Deno", "deno", "run", "-A"))

heading("end-to-end tests")
const obstacle = !isRoot
  ? "they need root"
  : built.failed > 0
    ? "the build failed"
    : toolsAreThere
      ? undefined
      : "programs are missing"
if (obstacle === undefined) {
  tallies.push(
    await vitestWithSecondTry(
      "end to end",
      (name, files) =>
        vitest(name, vitestProgram, ["--project", "e2e", ...files], {
          GANTRY_BIN: process.env["GANTRY_BIN"] ?? inRepository("apps/cli/dist/gantry")
        }),
      "of the machine"
    )
  )
} else {
  const { output } = await run([...vitestProgram, "list", "--project", "e2e", "--json"])
  const count = (output.match(/"name":/g) ?? []).length
  console.log(`!! ALL ${count} END-TO-END TESTS ARE SKIPPED: ${obstacle} !!`)
  tallies.push({ ...none, skipped: count })
}

heading("leaks")
const leaks = await leaksSince(before)
for (const leak of leaks) console.log(`✗ left behind: ${leak}`)
if (leaks.length === 0) console.log("✓ nothing was left behind")
tallies.push({
  ...none,
  [leaks.length === 0 ? "passed" : "failed"]: 1,
  reasons: leaks.map((leak) => `✗ left behind: ${leak}`)
})

const reasons = reasonsOf(tallies)
if (reasons.length > 0) {
  heading("what failed")
  for (const reason of reasons) console.log(reason)
}
const { failed, passed, skipped } = total(tallies)
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed === 0 ? 0 : 1
