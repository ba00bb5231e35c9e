/**
 * Runs a command and then looks for what it left on the host: mounts, links, tables, control groups, processes, folders.
 *
 *     node scripts/check-leaks.ts npx vitest run --project e2e
 */
import { leaksSince, traces } from "./leaks.ts"
import { run } from "./repository.ts"

const before = await traces()
const { code } = await run(process.argv.slice(2), { show: true })
const leaks = await leaksSince(before)
for (const leak of leaks) console.error(`left behind: ${leak}`)
console.log(`leaks: ${leaks.length}`)
process.exitCode = code === 0 && leaks.length > 0 ? 1 : code
