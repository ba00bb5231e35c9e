import { check, type Checked } from "@gantry/engine/verbs/check"
import * as Effect from "effect/Effect"
import { check as table } from "../argv/tables/prune.ts"
import { define } from "./define.ts"
import { printObject } from "./print-object.ts"

/** `gantry check`: succeeds with 1 when something is not as it should be, and was not put right. */
export default define(table, ({ options }, { terminal }) =>
  Effect.gen(function* () {
    const report = yield* check({ quick: options.quick, repair: options.repair, foreign: options.force })
    const { checked, findings, notes } = report
    const left = findings.filter(({ repaired }) => !repaired)
    const status = left.length === 0 ? 0 : 1
    const shown = findings.map(({ kind, repaired, todo, what, why }) => ({ kind, what, why, todo, repaired }))
    const facts = { clean: status === 0, findings: shown, notes, checked }
    if (options.json) {
      terminal.out(`${JSON.stringify(facts, undefined, 2)}\n`)
      return status
    }
    if (options.format !== undefined) {
      yield* printObject(options.format, facts, { command: "check", terminal })
      return status
    }
    for (const finding of findings) terminal.out(`${line(finding)}\n`)
    for (const note of notes) terminal.out(`note: ${note}\n`)
    const seen = [
      count(checked.images, "image"),
      `${count(checked.layers, "layer")}${checked.files ? "" : " (without their files)"}`,
      count(checked.blobs, "blob"),
      count(checked.containers, "container")
    ].join(", ")
    terminal.out(`checked ${seen}: ${verdict(findings.length, left.length)}\n`)
    return status
  })
)

const line = ({ kind, repaired, todo, what, why }: Checked): string =>
  `${repaired ? "repaired" : "found"}: ${kind} ${what}: ${why} (${todo})`

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? "" : "s"}`

const verdict = (found: number, left: number): string => {
  if (found === 0) return "all is well"
  const problems = count(found, "problem")
  return left === 0 ? `${problems}, repaired` : `${problems}, ${left} left`
}
