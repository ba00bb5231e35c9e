/**
 * Checks that the house is as ARCHITECTURE.md draws it: imports go through the doors that exist, exported names are
 * documented, words stay in their rooms.
 */
import { checkDeclarations } from "./house/declarations.ts"
import { checkDocs } from "./house/docs.ts"
import { checkDoors, checkTiny } from "./house/doors.ts"
import type { Finding } from "./house/Finding.ts"
import { checkSizes } from "./house/sizes.ts"
import { readSources } from "./house/sources.ts"
import { checkWords } from "./house/words.ts"

/** What is known and wanted. Each has a reason; the list stays short. A path that ends with a slash means a folder. */
const exceptions: ReadonlyArray<{ readonly rule: string; readonly path: string; readonly why: string }> = [
  {
    rule: "doors",
    path: "packages/engine/test/supervisor/",
    why: "the supervisor is tested with the launch plan that it gets in real life"
  }
]

const sources = readSources()
const findings: ReadonlyArray<Finding> = [
  ...checkDoors(sources),
  ...checkTiny(sources),
  ...checkWords(sources),
  ...checkDocs(sources),
  ...checkDeclarations(),
  ...checkSizes(sources)
].filter(
  ({ path, rule }) =>
    !exceptions.some(
      (each) => each.rule === rule && (each.path.endsWith("/") ? path.startsWith(each.path) : each.path === path)
    )
)

const show = ({ line, path, rule, what }: Finding) => `${path}:${line}  ${rule}: ${what}`
const errors = findings.filter(({ warning }) => warning !== true)
for (const finding of findings) if (finding.warning === true) console.log(`warning  ${show(finding)}`)
for (const finding of errors) console.error(`error    ${show(finding)}`)
console.log(`house: ${sources.length} files, ${errors.length} errors, ${findings.length - errors.length} warnings`)
process.exitCode = errors.length === 0 ? 0 : 1
